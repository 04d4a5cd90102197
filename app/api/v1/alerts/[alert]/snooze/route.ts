import { z } from "zod";
import { snooze } from "@/lib/alerts/commands";
import { exampleAlert } from "@/lib/alerts/example";
import { alertSchema, snoozeInputSchema } from "@/lib/alerts/schema";
import { route } from "@/lib/api/route";

export const PUT = route({
  method: "PUT",
  path: "/api/v1/alerts/{alert}/snooze",
  tag: "Alerts",
  summary: "Snooze an alert",
  description: "It does not notify before the time; null ends a snooze.",
  access: "alerts:write",
  params: z.object({ alert: z.uuid({ error: "An alert's id" }) }),
  body: snoozeInputSchema,
  response: alertSchema,
  example: {
    params: { alert: exampleAlert.id },
    body: { until: "2026-03-04T15:00:00Z" },
    response: { ...exampleAlert, snoozedUntil: "2026-03-04T15:00:00.000Z", version: 2 },
  },
  errors: ["not_found", "conflict"],
  handler: ({ actor, params, body, now, requestId }) =>
    snooze(actor, { until: body.until?.toISOString() ?? null, id: params.alert, now }, { requestId }),
});
