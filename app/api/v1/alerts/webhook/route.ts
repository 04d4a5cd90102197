import { receivePostedAlerts } from "@/lib/alerts/external/receive";
import { postedAlertsQuerySchema, postedAlertsSchema, takenUpSchema } from "@/lib/alerts/external/schema";
import { route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/alerts/webhook",
  tag: "Alerts",
  summary: "Receive the webhook of an Alertmanager",
  description:
    "Set as the `url` of a `webhook_config`, with an API key of the scope `alerts:receive` as its bearer token. What is connected is read every 15 seconds besides; one that cannot be reached from here tells of its alerts in this way alone.",
  access: "alerts:receive",
  query: postedAlertsQuerySchema,
  body: postedAlertsSchema,
  response: takenUpSchema,
  idempotent: false,
  example: {
    query: { source: "alertmanager" },
    body: {
      version: "4",
      groupKey: '{}:{alertname="KubePodCrashLooping"}',
      truncatedAlerts: 0,
      status: "firing",
      receiver: "inferscope",
      groupLabels: { alertname: "KubePodCrashLooping" },
      commonLabels: { alertname: "KubePodCrashLooping", severity: "critical", pod: "chat-api-0" },
      commonAnnotations: { summary: "chat-api-0 restarts over and over." },
      externalURL: "http://alertmanager:9093",
      alerts: [
        {
          status: "firing",
          labels: { alertname: "KubePodCrashLooping", severity: "critical", pod: "chat-api-0" },
          annotations: { summary: "chat-api-0 restarts over and over." },
          startsAt: "2026-03-04T14:00:00Z",
          endsAt: "0001-01-01T00:00:00Z",
          generatorURL: "http://prometheus:9090/graph",
          fingerprint: "b5d3a6e1c9f04218",
        },
      ],
    },
    response: { changed: 1, notes: [] },
  },
  handler: ({ actor, query, body, now }) => receivePostedAlerts(actor, body, { source: query.source, now }),
});
