import { z } from "zod";
import { exampleRule } from "@/lib/alerts/example";
import { ruleRevisions } from "@/lib/alerts/rules/queries";
import { ruleRevisionSchema } from "@/lib/alerts/rules/schema";
import { route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/alert-rules/{rule}/revisions",
  tag: "Alert rules",
  summary: "Read a rule's history",
  description: "Every state that it has had, the newest first, with who made it so; at most 200.",
  access: "alert_rules:read",
  params: z.object({ rule: z.uuid({ error: "A rule's id" }) }),
  response: z.object({ items: z.array(ruleRevisionSchema) }),
  example: {
    params: { rule: exampleRule.id },
    response: {
      items: [
        {
          id: "812",
          from: "2026-03-02T09:00:00.000Z",
          to: null,
          by: "operator@example.com",
          action: "alert_rules:edit",
          state: { name: exampleRule.name, for: 300 },
          before: { name: exampleRule.name, for: 600 },
        },
      ],
    },
  },
  errors: ["not_found"],
  handler: ({ actor, params }) => ruleRevisions(actor, params.rule),
});
