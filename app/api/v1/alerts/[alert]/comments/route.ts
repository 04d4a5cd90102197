import { z } from "zod";
import { addRemark } from "@/lib/alerts/commands";
import { exampleAlert } from "@/lib/alerts/example";
import { remarkInputSchema, remarkSchema } from "@/lib/alerts/schema";
import { Answer, route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/alerts/{alert}/comments",
  tag: "Alerts",
  summary: "Comment on an alert",
  description: "Also once it is resolved: a comment of kind `resolution` says how.",
  access: "alerts:write",
  params: z.object({ alert: z.uuid({ error: "An alert's id" }) }),
  body: remarkInputSchema,
  response: remarkSchema,
  status: 201,
  example: {
    params: { alert: exampleAlert.id },
    body: { kind: "resolution", text: "Rolled v1.3.0 back" },
    response: {
      id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d54",
      kind: "resolution",
      actor: { id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d52", name: "operator@example.com" },
      text: "Rolled v1.3.0 back",
      at: "2026-03-04T14:20:00.000Z",
    },
  },
  errors: ["not_found"],
  handler: async ({ actor, params, body, now, requestId }) =>
    new Answer(await addRemark(actor, { ...body, id: params.alert, now }, { requestId }), { status: 201 }),
});
