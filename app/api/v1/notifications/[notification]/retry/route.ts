import { z } from "zod";
import { route } from "@/lib/api/route";
import { exampleMessage } from "@/lib/notifications/example";
import { retryMessage } from "@/lib/notifications/messages/commands";
import { messageSchema } from "@/lib/notifications/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/notifications/{notification}/retry",
  tag: "Notifications",
  summary: "Try a notification again",
  description: "One that waits for its next try, or was given up. A worker sends it within seconds.",
  access: "notifications:write",
  params: z.object({ notification: z.uuid({ error: "A notification's id" }) }),
  response: messageSchema,
  example: {
    params: { notification: exampleMessage.id },
    response: {
      ...exampleMessage,
      state: "waiting",
      attempts: 0,
      nextAt: "2026-03-04T14:10:00.000Z",
      deliveredAt: null,
      response: { status: 503, body: "overloaded", error: null, at: "2026-03-04T14:05:00.000Z" },
      actions: ["retry"],
    },
  },
  errors: ["not_found", "conflict"],
  idempotent: false,
  handler: ({ actor, params, requestId, now }) =>
    retryMessage(actor, { id: params.notification, now }, { requestId }),
});
