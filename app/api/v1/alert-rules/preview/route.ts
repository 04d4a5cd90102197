import { exampleRule, exampleRuleInput } from "@/lib/alerts/example";
import { checkRule } from "@/lib/alerts/rules/check";
import { ruleInputSchema, rulePreviewSchema } from "@/lib/alerts/rules/schema";
import { templateProblems } from "@/lib/alerts/rules/templates";
import { route } from "@/lib/api/route";
import { invalidFields } from "@/lib/errors";

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/preview",
  tag: "Alert rules",
  summary: "Try an alert rule",
  description: "What it would do now, without keeping it. Refused as adding it would be.",
  access: "alert_rules:read",
  body: ruleInputSchema,
  response: rulePreviewSchema,
  idempotent: false,
  example: {
    body: exampleRuleInput,
    response: {
      series: 1,
      levels: exampleRule.promql.map((level) => ({ ...level, alerts: 1 })),
      warnings: [],
    },
  },
  errors: ["query_too_large"],
  handler: ({ actor, body, now, signal }) => {
    const wrong = templateProblems(body);
    if (wrong.length > 0) throw invalidFields(wrong);
    return checkRule(actor, body, body, { now, signal });
  },
});
