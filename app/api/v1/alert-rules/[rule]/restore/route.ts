import { z } from "zod";
import { exampleRule } from "@/lib/alerts/example";
import { restoreRule } from "@/lib/alerts/rules/commands";
import { alertRuleSchema } from "@/lib/alerts/rules/schema";
import { Answer, route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/{rule}/restore",
  tag: "Alert rules",
  summary: "Restore a deleted alert rule",
  access: "alert_rules:write",
  params: z.object({ rule: z.uuid({ error: "A rule's id" }) }),
  response: alertRuleSchema,
  example: { params: { rule: exampleRule.id }, response: exampleRule },
  errors: ["not_found", "conflict"],
  handler: async ({ actor, params, now, requestId }) => {
    const rule = await restoreRule(actor, { id: params.rule, now }, { requestId });
    return new Answer(rule, { etag: rule.version });
  },
});
