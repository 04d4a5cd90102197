import { listOf, listQuery } from "@/lib/api/list";
import { route } from "@/lib/api/route";
import { listUsage } from "@/lib/query/queries";
import { usageFilterSchema, usageSchema } from "@/lib/query/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/query-usage",
  tag: "Query",
  summary: "Who cost a data source most",
  description:
    "What each user, key and job asked of each source in the last hours, the costliest first. An administrator sees everyone, others themselves. Written every ten seconds.",
  access: "query_usage:read",
  query: listQuery.extend(usageFilterSchema.shape),
  response: listOf(usageSchema),
  example: {
    query: { hours: 24 },
    response: {
      items: [
        {
          actor: { type: "user", id: "019a1c3e-5f2b-7c41-9d0e-3b6a2f8c1d47", name: "ada@example.com" },
          source: { id: "019a1c3e-5f2b-7c41-9d0e-3b6a2f8c1d48", name: "prometheus", kind: "prometheus" },
          queries: 4210,
          failed: 2,
          rejected: 1,
          seconds: 96.4,
          share: 0.71,
          series: 18_400,
          points: 1_240_000,
          bytes: 38_000_000,
        },
      ],
      nextCursor: null,
    },
  },
  handler: ({ actor, query, now }) => listUsage(actor, query, query, now),
});
