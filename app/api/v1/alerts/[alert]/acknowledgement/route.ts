import { z } from "zod";
import { acknowledge, undoAcknowledgement } from "@/lib/alerts/commands";
import { exampleAcknowledgedAlert, exampleAlert } from "@/lib/alerts/example";
import { acknowledgeInputSchema, alertSchema } from "@/lib/alerts/schema";
import { Answer, route } from "@/lib/api/route";

const params = z.object({ alert: z.uuid({ error: "An alert's id" }) });
const exampleParams = { alert: exampleAlert.id };

export const POST = route({
  method: "POST",
  path: "/api/v1/alerts/{alert}/acknowledgement",
  tag: "Alerts",
  summary: "Acknowledge an alert",
  description:
    "Says that you see to it, until a time or for as long as it is active; then it escalates. 409 with the current state where someone else has; `takeOver` takes it from them.",
  access: "alerts:write",
  params,
  body: acknowledgeInputSchema,
  response: alertSchema,
  example: {
    params: exampleParams,
    body: { note: "Looking at the upstream", until: "2026-03-04T15:00:00Z" },
    response: exampleAcknowledgedAlert,
  },
  errors: ["not_found", "conflict"],
  handler: async ({ actor, params, body, now, requestId }) =>
    new Answer(
      await acknowledge(
        actor,
        { ...body, until: body.until?.toISOString() ?? null, id: params.alert, now },
        { requestId },
      ),
    ),
});

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/alerts/{alert}/acknowledgement",
  tag: "Alerts",
  summary: "Undo an acknowledgement",
  access: "alerts:write",
  params,
  response: alertSchema,
  example: { params: exampleParams, response: exampleAlert },
  errors: ["not_found", "conflict"],
  handler: ({ actor, params, now, requestId }) =>
    undoAcknowledgement(actor, { id: params.alert, now }, { requestId }),
});
