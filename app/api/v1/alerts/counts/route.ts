import { alertCounts } from "@/lib/alerts/queries";
import { alertCountsSchema } from "@/lib/alerts/schema";
import { route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/alerts/counts",
  tag: "Alerts",
  summary: "Count alerts",
  description:
    "How many fire and are pending now, since when none does, and of how many rules that is not known.",
  access: "alerts:read",
  response: alertCountsSchema,
  example: {
    response: {
      firing: 3,
      pending: 0,
      bySeverity: { critical: 1 },
      observed: 2,
      silenced: 0,
      acknowledged: 0,
      clearSince: null,
      rules: { all: 14, failing: 0, late: 0 },
    },
  },
  handler: ({ actor, now }) => alertCounts(actor, now),
});
