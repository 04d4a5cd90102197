import { route } from "@/lib/api/route";
import { setGpuPrices } from "@/lib/cost/commands";
import { listGpuPrices } from "@/lib/cost/queries";
import { gpuPricesInputSchema, gpuPricesSchema } from "@/lib/cost/schema";

const example = {
  currency: "USD",
  items: [
    { gpuModel: "*", pricePerHour: 1.2 },
    { gpuModel: "NVIDIA H100 80GB HBM3", pricePerHour: 2.99 },
  ],
};

export const GET = route({
  method: "GET",
  path: "/api/v1/gpu-prices",
  tag: "Cost",
  summary: "Read the prices of GPU-hours",
  access: "gpu_prices:read",
  response: gpuPricesSchema,
  example: { response: { ...example, nextCursor: null } },
  handler: ({ actor }) => listGpuPrices(actor),
});

export const PUT = route({
  method: "PUT",
  path: "/api/v1/gpu-prices",
  tag: "Cost",
  summary: "Set the prices of GPU-hours",
  description: "Replaces all of them: a model that is left out has no price any more.",
  access: "gpu_prices:write",
  body: gpuPricesInputSchema,
  response: gpuPricesSchema,
  example: { body: example, response: { ...example, nextCursor: null } },
  handler: ({ actor, body, requestId }) => setGpuPrices(actor, body, { requestId }),
});
