import { z } from "zod";
import { Answer, route } from "@/lib/api/route";
import { editChannel, removeChannel } from "@/lib/notifications/channels/commands";
import { exampleChannel } from "@/lib/notifications/example";
import { getChannel } from "@/lib/notifications/queries";
import { channelPatchSchema, channelSchema } from "@/lib/notifications/schema";

const params = z.object({ channel: z.uuid({ error: "A channel's id" }) });
const exampleParams = { channel: exampleChannel.id };

export const GET = route({
  method: "GET",
  path: "/api/v1/notification-channels/{channel}",
  tag: "Notifications",
  summary: "Get a notification channel",
  access: "notifications:read",
  params,
  response: channelSchema,
  example: { params: exampleParams, response: exampleChannel },
  errors: ["not_found"],
  handler: async ({ actor, params, now }) => {
    const channel = await getChannel(actor, params.channel, now);
    return new Answer(channel, { etag: channel.version });
  },
});

export const PATCH = route({
  method: "PATCH",
  path: "/api/v1/notification-channels/{channel}",
  tag: "Notifications",
  summary: "Change a notification channel",
  description: "What is left out stays, and so does its secret.",
  access: "notifications:write",
  params,
  body: channelPatchSchema,
  response: channelSchema,
  example: {
    params: exampleParams,
    body: { name: "Night shift" },
    response: { ...exampleChannel, name: "Night shift", version: 2 },
  },
  errors: ["not_found", "conflict"],
  ifMatch: "optional",
  handler: async ({ actor, params, body, ifMatch, requestId }) => {
    const channel = await editChannel(actor, { id: params.channel, ifMatch, patch: body }, { requestId });
    return new Answer(channel, { etag: channel.version });
  },
});

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/notification-channels/{channel}",
  tag: "Notifications",
  summary: "Remove a notification channel",
  description:
    "What waits for it is not sent any more. It can be restored. Refused while the policy names it.",
  access: "notifications:write",
  params,
  response: channelSchema,
  example: {
    params: exampleParams,
    response: { ...exampleChannel, version: 2, validTo: "2026-03-05T09:00:00.000Z", actions: ["restore"] },
  },
  errors: ["not_found", "conflict"],
  ifMatch: "optional",
  handler: async ({ actor, params, ifMatch, requestId, now }) => {
    const channel = await removeChannel(actor, { id: params.channel, ifMatch, now }, { requestId });
    return new Answer(channel, { etag: channel.version });
  },
});
