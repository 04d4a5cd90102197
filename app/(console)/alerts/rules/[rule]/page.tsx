import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { RulePage } from "@/components/alerts/rule-page";
import { findRule, ruleGroupNames, ruleSources } from "@/lib/alerts/rules/queries";
import { pageActor } from "@/lib/auth/page-actor";
import { isInferscopeError } from "@/lib/errors";

export const metadata: Metadata = { title: "Alert rule" };

export default async function Page({ params }: { params: Promise<{ rule: string }> }) {
  const actor = await pageActor("alert_rules:read");
  const { rule: id } = await params;
  const [rule, sources, groups] = await Promise.all([
    findRule(actor, id, new Date()).catch((error: unknown) => {
      if (isInferscopeError(error) && error.code === "not_found") notFound();
      throw error;
    }),
    ruleSources(actor),
    ruleGroupNames(actor),
  ]);
  return <RulePage initial={rule} sources={sources} groups={groups} />;
}
