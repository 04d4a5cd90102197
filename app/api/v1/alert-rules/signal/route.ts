import { ruleOfSignal } from "@/lib/alerts/rule-signal/queries";
import { ruleSignalInputSchema, ruleSignalViewSchema } from "@/lib/alerts/rule-signal/schema";
import { route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/signal",
  tag: "Alert rules",
  summary: "Read the PromQL that a signal becomes in a rule",
  description:
    "A rule of a signal compares this expression with a threshold in the signal's base unit. It is derived from how the service is selected now, so a rule made earlier may differ.",
  access: "alert_rules:read",
  body: ruleSignalInputSchema,
  response: ruleSignalViewSchema,
  idempotent: false,
  example: {
    body: { service: "chat-api", signal: "ttft", quantile: 0.95 },
    response: {
      service: "chat-api",
      signal: "ttft",
      quantile: 0.95,
      by: [],
      source: "prod-eu",
      expr: 'histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket{job="chat-api"}[5m])))',
      reason: null,
      note: null,
      unit: "seconds",
      comparison: ">",
      isHistogram: true,
      dimensions: ["version", "instance"],
      usual: { warning: 0.5, critical: 1 },
    },
  },
  errors: ["not_found"],
  handler: ({ actor, body }) => ruleOfSignal(actor, body),
});
