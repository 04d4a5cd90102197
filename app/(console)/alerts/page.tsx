import type { Metadata } from "next";
import { AlertsPage } from "@/components/alerts/alerts-page";
import { alertVocabulary } from "@/lib/alerts/queries";
import { listRules } from "@/lib/alerts/rules/queries";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "Alerts" };

export default async function Page() {
  const actor = await pageActor("alerts:read");
  const now = new Date();
  const [vocabulary, rules] = await Promise.all([
    alertVocabulary(actor, now),
    listRules(actor, { kind: "alerting" }, { limit: 1 }, now),
  ]);
  return (
    <AlertsPage
      vocabulary={vocabulary}
      isWatching={rules.total > 0}
      canAct={can(actor, "alerts:write")}
      canAddRules={can(actor, "alert_rules:write")}
    />
  );
}
