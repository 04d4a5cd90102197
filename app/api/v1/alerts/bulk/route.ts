import { actOnAlerts } from "@/lib/alerts/bulk";
import { exampleAlert } from "@/lib/alerts/example";
import { bulkInputSchema, bulkResultSchema } from "@/lib/alerts/schema";
import { route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/alerts/bulk",
  tag: "Alerts",
  summary: "Act on several alerts",
  description: "Each by itself: those on which it could not be done are named with the reason.",
  access: "alerts:write",
  body: bulkInputSchema,
  response: bulkResultSchema,
  example: {
    body: { ids: [exampleAlert.id], action: "acknowledge", note: "Looking at it" },
    response: { done: [exampleAlert.id], failed: [] },
  },
  handler: ({ actor, body, now, requestId }) => actOnAlerts(actor, body, { now, requestId }),
});
