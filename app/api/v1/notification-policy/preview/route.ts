import { route } from "@/lib/api/route";
import { examplePreview } from "@/lib/notifications/example";
import { previewOf } from "@/lib/notifications/queries";
import { previewInputSchema, previewSchema } from "@/lib/notifications/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/notification-policy/preview",
  tag: "Notifications",
  summary: "Say who would be told",
  description:
    "Of an alert with these labels: by which routes, who, and when; and which silences cover it now. Nothing is sent.",
  access: "notifications:read",
  body: previewInputSchema,
  response: previewSchema,
  example: {
    body: { labels: { alertname: "HighLatency", service: "chat-api", severity: "critical" } },
    response: examplePreview,
  },
  idempotent: false,
  handler: ({ actor, body, now }) => previewOf(actor, body, now),
});
