import { listOf } from "@/lib/api/list";
import { Answer, route } from "@/lib/api/route";
import { addChannel } from "@/lib/notifications/channels/commands";
import { exampleChannel } from "@/lib/notifications/example";
import { listChannels } from "@/lib/notifications/queries";
import { channelFilterSchema, channelInputSchema, channelSchema } from "@/lib/notifications/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/notification-channels",
  tag: "Notifications",
  summary: "List notification channels",
  description: "All of them on one page, by name. Secrets are never among what is answered.",
  access: "notifications:read",
  query: channelFilterSchema,
  response: listOf(channelSchema),
  example: { response: { items: [exampleChannel], nextCursor: null } },
  handler: async ({ actor, query, now }) => ({
    items: await listChannels(actor, { removed: query.removed, now }),
    nextCursor: null,
  }),
});

export const POST = route({
  method: "POST",
  path: "/api/v1/notification-channels",
  tag: "Notifications",
  summary: "Add a notification channel",
  description:
    "Nobody is told through it until the policy names it. Its secret is sealed and never sent back.",
  access: "notifications:write",
  body: channelInputSchema,
  response: channelSchema,
  status: 201,
  example: {
    body: {
      kind: "webhook",
      name: "On call",
      url: "https://hooks.example.com/alerts",
      secret: "<a key of 16 characters or more>",
    },
    response: exampleChannel,
  },
  handler: async ({ actor, body, requestId }) => {
    const channel = await addChannel(actor, body, { requestId });
    return new Answer(channel, {
      status: 201,
      etag: channel.version,
      headers: { location: `/api/v1/notification-channels/${channel.id}` },
    });
  },
});
