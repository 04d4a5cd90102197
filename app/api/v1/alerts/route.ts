import { exampleAlert } from "@/lib/alerts/example";
import { listAlerts } from "@/lib/alerts/queries";
import { alertFilterSchema, alertSchema } from "@/lib/alerts/schema";
import { listOf, listQuery } from "@/lib/api/list";
import { route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/alerts",
  tag: "Alerts",
  summary: "List alerts",
  description:
    "Firing before pending before resolved, the worst severity first, then the newest. Those that a Prometheus or an Alertmanager evaluates by itself are among them; `origin` says whose each is.",
  access: "alerts:read",
  query: listQuery.extend(alertFilterSchema.shape),
  response: listOf(alertSchema),
  example: {
    query: { state: "active", severity: "critical" },
    response: { items: [exampleAlert], nextCursor: null },
  },
  handler: ({ actor, query, now }) => listAlerts(actor, query, query, now),
});
