import { exampleFinding, exampleRuleInput } from "@/lib/alerts/example";
import { lintInputSchema, lintReportSchema } from "@/lib/alerts/lint/schema";
import { lintDraft, lintSet } from "@/lib/alerts/rules/lint";
import { route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/lint",
  tag: "Alert rules",
  summary: "Lint alert rules",
  description:
    "Says what a rule really compares where that is not what it seems, with the corrected rule. With `rule` a draft is looked at, with `id` one rule among the others, with neither the whole set: tiers, severities, overlaps, metrics that are gone.",
  access: "alert_rules:read",
  body: lintInputSchema,
  response: lintReportSchema,
  idempotent: false,
  example: {
    body: {
      rule: { ...exampleRuleInput, levels: [{ severity: "warning", threshold: 0.05 }] },
    },
    response: {
      items: [{ ...exampleFinding, rules: [{ id: "draft", name: exampleRuleInput.name, version: null }] }],
      rules: 1,
      notes: [],
    },
  },
  errors: ["not_found"],
  handler: ({ actor, body: { rule, id }, now, signal }) =>
    rule === undefined ? lintSet(actor, id, { now, signal }) : lintDraft(actor, rule, { now, signal }),
});
