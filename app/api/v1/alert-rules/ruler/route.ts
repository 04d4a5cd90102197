import { handedOverSchema, rulerInputSchema } from "@/lib/alerts/rule-file/schema";
import { handToRuler } from "@/lib/alerts/ruler/commands";
import { route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/ruler",
  tag: "Alert rules",
  summary: "Hand a group to a ruler",
  description:
    "Its recording rules go to the ruler of a source, by the API of Mimir and Cortex (`POST /config/v1/rules/{namespace}` below the source's address); its alerts stay here. 409 where the source has none.",
  access: "alert_rules:write",
  body: rulerInputSchema,
  response: handedOverSchema,
  idempotent: false,
  status: 200,
  example: {
    body: { file: "llm.yaml", group: "llm", source: "prod-eu" },
    response: { source: "prod-eu", namespace: "inferscope", group: "llm", rules: 2 },
  },
  errors: ["not_found", "conflict"],
  handler: ({ actor, body, requestId, signal }) => handToRuler(actor, body, { requestId, signal }),
});
