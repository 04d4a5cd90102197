import { z } from "zod";
import { exampleRule } from "@/lib/alerts/example";
import { restoreRevision } from "@/lib/alerts/rules/commands";
import { alertRuleSchema } from "@/lib/alerts/rules/schema";
import { Answer, route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/{rule}/revisions/{revision}/restore",
  tag: "Alert rules",
  summary: "Make a rule what it was",
  description: "In one of its revisions; that is a change like any other.",
  access: "alert_rules:write",
  params: z.object({
    rule: z.uuid({ error: "A rule's id" }),
    revision: z.string().regex(/^\d{1,18}$/, { error: "A revision's id" }),
  }),
  response: alertRuleSchema,
  example: { params: { rule: exampleRule.id, revision: "811" }, response: { ...exampleRule, version: 3 } },
  errors: ["not_found", "conflict"],
  ifMatch: "optional",
  handler: async ({ actor, params, ifMatch, now, requestId }) => {
    const rule = await restoreRevision(
      actor,
      { id: params.rule, revision: params.revision, ifMatch, now },
      { requestId },
    );
    return new Answer(rule, { etag: rule.version });
  },
});
