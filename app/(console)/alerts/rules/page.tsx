import type { Metadata } from "next";
import { RulesPage } from "@/components/alerts/rules-page";
import { ruleSources } from "@/lib/alerts/rules/queries";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "Alert rules" };

export default async function Page() {
  const actor = await pageActor("alert_rules:read");
  return <RulesPage sources={await ruleSources(actor)} canEdit={can(actor, "alert_rules:write")} />;
}
