import { z } from "zod";
import { listOf, listQuery } from "@/lib/api/list";
import { route } from "@/lib/api/route";
import { exampleService } from "@/lib/services/example";
import { discoveredServices } from "@/lib/services/found";
import { foundServiceSchema } from "@/lib/services/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/discovery",
  tag: "Services",
  summary: "What was found, and by which metrics",
  description:
    "Every service with the metrics that show it, and for every signal what answers it or why nothing does. The list is brought up to date twice a minute.",
  access: "services:read",
  errors: ["not_found"],
  query: listQuery.extend({
    source: z.string().min(1).max(300).optional().describe("Name or id of a data source; all by default."),
  }),
  response: listOf(foundServiceSchema),
  example: {
    query: { source: "prometheus" },
    response: {
      items: [
        {
          service: exampleService.id,
          source: exampleService.source,
          engines: exampleService.engines,
          models: exampleService.models,
          versions: exampleService.versions,
          instances: exampleService.instances,
          instanceCount: exampleService.instanceCount,
          gpus: exampleService.gpus,
          hosts: exampleService.hosts,
          evidence: exampleService.evidence,
          notes: [],
          signals: {
            ttft: {
              available: true,
              metric: "vllm:time_to_first_token_seconds",
              expr: 'histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket{job="chat-api"}[1m])))',
              unit: "seconds",
            },
          },
        },
      ],
      nextCursor: null,
    },
  },
  handler: ({ actor, query }) => discoveredServices(actor, query),
});
