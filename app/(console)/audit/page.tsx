import type { Metadata } from "next";
import { AuditPage } from "@/components/audit/audit-page";
import { RoleNeeded } from "@/components/shell/role-needed";
import { auditVocabulary } from "@/lib/audit/queries";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "Audit" };

export default async function Page() {
  const actor = await pageActor();
  if (!can(actor, "audit:read")) return <RoleNeeded title="Audit" actor={actor} action="audit:read" />;
  return <AuditPage vocabulary={await auditVocabulary(actor)} />;
}
