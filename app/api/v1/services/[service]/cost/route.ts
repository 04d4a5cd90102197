import { z } from "zod";
import { route } from "@/lib/api/route";
import { serviceCost } from "@/lib/cost/queries";
import { costQuerySchema, costSchema } from "@/lib/cost/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/services/{service}/cost",
  tag: "Cost",
  summary: "Read what a service cost",
  description:
    "The hours in which its GPUs were there, times their prices, and both by million tokens. What cannot be said has a reason in place of a value; without a price GPU-hours still are.",
  access: "signals:read",
  errors: ["not_found"],
  params: z.object({ service: z.string().min(1).describe("The service's id; `/` as `%2F`.") }),
  query: costQuerySchema,
  response: costSchema,
  example: {
    params: { service: "chat-api" },
    query: { start: "2026-03-04T00:00:00Z", end: "2026-03-05T00:00:00Z" },
    response: {
      service: "chat-api",
      start: 1_772_582_400,
      end: 1_772_668_800,
      currency: "USD",
      gpus: [{ gpuModel: "NVIDIA H100 80GB HBM3", gpus: 4, gpuHours: 96, pricePerHour: 2.5, cost: 240 }],
      gpuHours: { value: 96 },
      cost: { value: 240 },
      outputTokens: { value: 480_000_000 },
      promptTokens: { value: 1_920_000_000 },
      perMillionOutputTokens: { cost: { value: 0.5 }, gpuHours: { value: 0.2 } },
      perMillionTokens: { cost: { value: 0.1 }, gpuHours: { value: 0.04 } },
      tokensPerSecondPerGpu: { value: 1_388.9 },
      expr: [
        'avg by (gpu, UUID, uuid, Hostname, hostname, instance, modelName) (avg_over_time(DCGM_FI_DEV_GPU_UTIL{job="dcgm"}[2m])) / 100',
      ],
      notes: [],
    },
  },
  handler: ({ actor, params, query, requestId, now, signal }) =>
    serviceCost(actor, params.service, query, { requestId, now, signal }),
});
