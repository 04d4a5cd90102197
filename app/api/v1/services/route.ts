import { listOf, listQuery } from "@/lib/api/list";
import { route } from "@/lib/api/route";
import { exampleService } from "@/lib/services/example";
import { listServices } from "@/lib/services/queries";
import { serviceSchema } from "@/lib/services/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/services",
  tag: "Services",
  summary: "List the services that were found",
  description:
    "LLM services found in the connected Prometheus servers, by id. A service whose source is down stays in the list and is marked.",
  access: "services:read",
  query: listQuery,
  response: listOf(serviceSchema),
  example: {
    query: { limit: 50 },
    response: {
      items: [exampleService],
      nextCursor: null,
    },
  },
  handler: ({ actor, query }) => listServices(actor, query),
});
