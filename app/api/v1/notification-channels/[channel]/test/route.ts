import { z } from "zod";
import { route } from "@/lib/api/route";
import { writeTest } from "@/lib/notifications/channels/commands";
import { exampleMessage } from "@/lib/notifications/example";
import { deliverOne } from "@/lib/notifications/messages/job";
import { getMessage } from "@/lib/notifications/queries";
import { messageSchema } from "@/lib/notifications/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/notification-channels/{channel}/test",
  tag: "Notifications",
  summary: "Send a test alert",
  description:
    "Sends an alert named InferscopeTest the way every notification goes, once, and answers with what came back: a sink that does not take it is an answer, not an error.",
  access: "notifications:write",
  params: z.object({ channel: z.uuid({ error: "A channel's id" }) }),
  response: messageSchema,
  example: {
    params: { channel: exampleMessage.channel.id },
    response: {
      ...exampleMessage,
      key: "test:2026-03-04T14:00:30.000Z",
      reason: "test",
      subject: "[TEST FIRING:1] InferscopeTest info",
      alertIds: [],
    },
  },
  errors: ["not_found", "conflict", "precondition_failed"],
  idempotent: false,
  handler: async ({ actor, params, requestId, now }) => {
    const id = await writeTest(actor, { id: params.channel, now }, { requestId });
    // Not with the caller's signal: whether a sink got it must be known, even where nobody waits for the answer.
    await deliverOne(id);
    return getMessage(actor, id);
  },
});
