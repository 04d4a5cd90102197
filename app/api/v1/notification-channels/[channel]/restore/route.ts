import { z } from "zod";
import { Answer, route } from "@/lib/api/route";
import { restoreChannel } from "@/lib/notifications/channels/commands";
import { exampleChannel } from "@/lib/notifications/example";
import { channelSchema } from "@/lib/notifications/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/notification-channels/{channel}/restore",
  tag: "Notifications",
  summary: "Restore a removed notification channel",
  access: "notifications:write",
  params: z.object({ channel: z.uuid({ error: "A channel's id" }) }),
  response: channelSchema,
  example: { params: { channel: exampleChannel.id }, response: { ...exampleChannel, version: 3 } },
  errors: ["not_found", "conflict"],
  handler: async ({ actor, params, requestId }) => {
    const channel = await restoreChannel(actor, { id: params.channel }, { requestId });
    return new Answer(channel, { etag: channel.version });
  },
});
