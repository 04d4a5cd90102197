import { exampleFinding, exampleRule } from "@/lib/alerts/example";
import { appliedCorrectionSchema, applyCorrectionSchema } from "@/lib/alerts/lint/schema";
import { applyCorrection } from "@/lib/alerts/rules/commands";
import { route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/corrections",
  tag: "Alert rules",
  summary: "Use a corrected rule",
  description:
    "Puts a correction that lint gave in the place of the rules of its finding, all or none: the rules that it has are changed, the others deleted. Each keeps its history, which restores it.",
  access: "alert_rules:write",
  body: applyCorrectionSchema,
  response: appliedCorrectionSchema,
  example: {
    body: {
      replaces: [{ id: exampleRule.id, version: 1 }],
      rules: exampleFinding.corrected.flatMap(({ rules }) => rules),
    },
    response: { items: [{ ...exampleRule, version: 2 }], deleted: [] },
  },
  errors: ["not_found", "conflict", "precondition_failed"],
  handler: ({ actor, body, now, requestId }) => applyCorrection(actor, { ...body, now }, { requestId }),
});
