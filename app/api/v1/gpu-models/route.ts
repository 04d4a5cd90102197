import { route } from "@/lib/api/route";
import { listGpuModels } from "@/lib/cost/queries";
import { gpuModelsSchema } from "@/lib/cost/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/gpu-models",
  tag: "Cost",
  summary: "List the models of the GPUs that serve now",
  description: "As their exporters name them, which is how prices are set. Read from the data sources.",
  access: "signals:read",
  response: gpuModelsSchema,
  example: {
    response: {
      items: [{ gpuModel: "NVIDIA H100 80GB HBM3", gpus: 4, services: ["chat-api"] }],
      nextCursor: null,
      notes: [],
    },
  },
  handler: ({ actor, requestId, now, signal }) => listGpuModels(actor, { requestId, now, signal }),
});
