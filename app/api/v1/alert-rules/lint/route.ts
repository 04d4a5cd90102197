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
    "Says what a rule really compares where that is not what it seems, with the corrected rule. With `rule` a draft is looked at, with `id` one rule among the others, with neither the whole set, however large: tiers, severities, overlaps, metrics that are gone. The worst `limit` findings come back, and how many of each kind there are.",
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
      total: 1,
      kinds: [{ id: exampleFinding.id, severity: exampleFinding.severity, count: 1 }],
      rules: 1,
      notes: [],
    },
  },
  errors: ["not_found"],
  handler: ({ actor, body: { rule, id, ...shown }, now, signal }) =>
    rule === undefined
      ? lintSet(actor, { id, ...shown }, { now, signal })
      : lintDraft(actor, rule, shown, { now, signal }),
});
