import { z } from "zod";
import { exampleRule, exampleUsualRules } from "@/lib/alerts/example";
import { acceptUsualRules } from "@/lib/alerts/usual/commands";
import { usualRules } from "@/lib/alerts/usual/queries";
import { acceptedUsualSchema, acceptUsualSchema, usualRulesSchema } from "@/lib/alerts/usual/schema";
import { Answer, route } from "@/lib/api/route";

const params = z.object({ service: z.string().min(1).describe("The service's id; `/` as `%2F`.") });

export const GET = route({
  method: "GET",
  path: "/api/v1/services/{service}/usual-rules",
  tag: "Alert rules",
  summary: "Read the usual rules of a service",
  description:
    "The field's usual set as far as the service can be measured, each rule with the pages a week that the last 7 days would have had. Above two it is not ticked; what is healthy when it is high is observed and pages nobody.",
  access: "alert_rules:read",
  params,
  response: usualRulesSchema,
  example: { params: { service: "chat-api" }, response: exampleUsualRules },
  errors: ["not_found"],
  handler: ({ actor, params, now, signal }) => usualRules(actor, params.service, { now, signal }),
});

export const POST = route({
  method: "POST",
  path: "/api/v1/services/{service}/usual-rules",
  tag: "Alert rules",
  summary: "Accept usual rules of a service",
  description:
    "Makes the rules of these keys, as they are or adjusted, all or none. Those that are there already stay as they are.",
  access: "alert_rules:write",
  params,
  body: acceptUsualSchema,
  response: acceptedUsualSchema,
  status: 201,
  example: {
    params: { service: "chat-api" },
    body: {
      keys: ["queue-depth", "error-rate"],
      adjust: {
        "queue-depth": {
          levels: [
            { severity: "warning", threshold: 50 },
            { severity: "critical", threshold: 500 },
          ],
        },
      },
    },
    response: { items: [{ ...exampleRule, firing: 0 }], kept: ["error-rate"] },
  },
  errors: ["not_found"],
  handler: async ({ actor, params: { service }, body, now, requestId }) =>
    new Answer(await acceptUsualRules(actor, { ...body, service, now }, { requestId }), { status: 201 }),
});
