import type { Metadata } from "next";
import { NewRulePage } from "@/components/alerts/new-rule-page";
import { RoleNeeded } from "@/components/shell/role-needed";
import { ruleGroupNames, ruleSources } from "@/lib/alerts/rules/queries";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "New alert rule" };

export default async function Page() {
  const actor = await pageActor();
  if (!can(actor, "alert_rules:write"))
    return <RoleNeeded title="New rule" actor={actor} action="alert_rules:write" />;
  const [sources, groups] = await Promise.all([ruleSources(actor), ruleGroupNames(actor)]);
  return <NewRulePage sources={sources} groups={groups} />;
}
