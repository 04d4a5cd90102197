import { listOf, listQuery } from "@/lib/api/list";
import { route } from "@/lib/api/route";
import { exampleChannel, exampleMessage } from "@/lib/notifications/example";
import { listMessages } from "@/lib/notifications/queries";
import { messageFilterSchema, messageSchema } from "@/lib/notifications/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/notifications",
  tag: "Notifications",
  summary: "List notifications",
  description:
    "What was told and what waits to be, newest first, with what came back. Kept for 90 days; of what an Alertmanager is told again each minute, the last.",
  access: "notifications:read",
  query: listQuery.extend(messageFilterSchema.shape),
  response: listOf(messageSchema),
  example: {
    query: { state: "delivered", channel: exampleChannel.id },
    response: { items: [exampleMessage], nextCursor: null },
  },
  handler: ({ actor, query }) => listMessages(actor, query, query),
});
