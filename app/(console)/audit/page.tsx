import type { Metadata } from "next";
import { AuditPage } from "@/components/audit/audit-page";
import { auditVocabulary } from "@/lib/audit/queries";
import { pageActor } from "@/lib/auth/page-actor";

export const metadata: Metadata = { title: "Audit" };

export default async function Page() {
  const actor = await pageActor("audit:read");
  return <AuditPage vocabulary={await auditVocabulary(actor)} />;
}
