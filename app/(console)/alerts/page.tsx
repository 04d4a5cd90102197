import type { Metadata } from "next";
import { AlertsPage } from "@/components/alerts/alerts-page";
import { alertVocabulary } from "@/lib/alerts/queries";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "Alerts" };

export default async function Page() {
  const actor = await pageActor("alerts:read");
  return (
    <AlertsPage
      vocabulary={await alertVocabulary(actor, new Date())}
      canAct={can(actor, "alerts:write")}
      canAddRules={can(actor, "alert_rules:write")}
    />
  );
}
