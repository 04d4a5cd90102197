import type { Metadata } from "next";
import { UsualRulesPage } from "@/components/alerts/usual-rules-page";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "Usual alert rules" };

export default async function Page() {
  const actor = await pageActor("alert_rules:read");
  return <UsualRulesPage canEdit={can(actor, "alert_rules:write")} />;
}
