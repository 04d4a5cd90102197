import { z } from "zod";
import { exampleRule, exampleRuleInput } from "@/lib/alerts/example";
import { checkRule } from "@/lib/alerts/rules/check";
import { addRule } from "@/lib/alerts/rules/commands";
import { listRules } from "@/lib/alerts/rules/queries";
import {
  alertRuleSchema,
  ruleFilterSchema,
  ruleInputSchema,
  savedRuleSchema,
} from "@/lib/alerts/rules/schema";
import { listOf, listQuery } from "@/lib/api/list";
import { Answer, route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/alert-rules",
  tag: "Alert rules",
  summary: "List alert rules",
  description: "By name, each with how its last evaluation went and how late that was.",
  access: "alert_rules:read",
  query: listQuery.extend(ruleFilterSchema.shape),
  response: listOf(alertRuleSchema).extend({ total: z.number().int() }),
  example: { query: { state: "firing" }, response: { items: [exampleRule], nextCursor: null, total: 1 } },
  handler: ({ actor, query, now }) => listRules(actor, query, query, now),
});

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules",
  tag: "Alert rules",
  summary: "Add an alert rule",
  description:
    "It is tried once before it is kept: an expression that Prometheus refuses is a 400 with its message, more alerts than the limit of its group a 422.",
  access: "alert_rules:write",
  body: ruleInputSchema,
  response: savedRuleSchema,
  status: 201,
  example: {
    body: exampleRuleInput,
    response: { ...exampleRule, firing: 0, warnings: [] },
  },
  errors: ["query_too_large"],
  handler: async ({ actor, body, now, signal, requestId }) => {
    const { warnings } = await checkRule(actor, body, body, { now, signal });
    const rule = await addRule(actor, { rule: body, now }, { requestId });
    return new Answer({ ...rule, warnings }, { status: 201, etag: rule.version });
  },
});
