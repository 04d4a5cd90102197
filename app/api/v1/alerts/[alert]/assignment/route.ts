import { z } from "zod";
import { assign } from "@/lib/alerts/commands";
import { exampleAlert } from "@/lib/alerts/example";
import { alertSchema, assignInputSchema } from "@/lib/alerts/schema";
import { route } from "@/lib/api/route";

export const PUT = route({
  method: "PUT",
  path: "/api/v1/alerts/{alert}/assignment",
  tag: "Alerts",
  summary: "Assign an alert",
  description: "To someone by name, or to nobody.",
  access: "alerts:write",
  params: z.object({ alert: z.uuid({ error: "An alert's id" }) }),
  body: assignInputSchema,
  response: alertSchema,
  example: {
    params: { alert: exampleAlert.id },
    body: { assignee: "operator@example.com" },
    response: { ...exampleAlert, assignee: "operator@example.com", version: 2 },
  },
  errors: ["not_found", "conflict"],
  handler: ({ actor, params, body, now, requestId }) =>
    assign(actor, { ...body, id: params.alert, now }, { requestId }),
});
