import { z } from "zod";
import { route } from "@/lib/api/route";
import { exampleMessage } from "@/lib/notifications/example";
import { getMessage } from "@/lib/notifications/queries";
import { messageSchema } from "@/lib/notifications/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/notifications/{notification}",
  tag: "Notifications",
  summary: "Get a notification",
  access: "notifications:read",
  params: z.object({ notification: z.uuid({ error: "A notification's id" }) }),
  response: messageSchema,
  example: { params: { notification: exampleMessage.id }, response: exampleMessage },
  errors: ["not_found"],
  handler: ({ actor, params }) => getMessage(actor, params.notification),
});
