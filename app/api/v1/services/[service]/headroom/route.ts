import { z } from "zod";
import { route } from "@/lib/api/route";
import { serviceHeadroom } from "@/lib/cost/queries";
import { headroomQuerySchema, headroomSchema } from "@/lib/cost/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/services/{service}/headroom",
  tag: "Cost",
  summary: "Estimate how much more a service can take",
  description:
    "The request rate at which its queue starts to grow, at today's mix of requests and number of replicas, from the history of its own load and queue. Where the load never came near, it says so and gives what was served without a queue.",
  access: "signals:read",
  errors: ["not_found"],
  params: z.object({ service: z.string().min(1).describe("The service's id; `/` as `%2F`.") }),
  query: headroomQuerySchema,
  response: headroomSchema,
  example: {
    params: { service: "chat-api" },
    query: { days: "21" },
    response: {
      service: "chat-api",
      start: 1_770_854_400,
      end: 1_772_668_800,
      kind: "estimate",
      rate: 41.8,
      interval: { lo: 40.1, hi: 43.6 },
      atLeast: null,
      reason: null,
      current: 27.5,
      headroom: 0.52,
      replicas: 4,
      windows: 5_890,
      windowsWithQueue: 212,
      threshold: 2.5,
      queueUnit: "requests",
      expr: ['sum(rate(vllm:request_success_total{job="chat-api"}[5m]))'],
      notes: [],
    },
  },
  handler: ({ actor, params, query, requestId, now, signal }) =>
    serviceHeadroom(actor, params.service, query, { requestId, now, signal }),
});
