import { listOf, listQuery } from "@/lib/api/list";
import { route } from "@/lib/api/route";
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
      items: [
        {
          id: "chat-api",
          name: "chat-api",
          namespace: null,
          source: "prometheus",
          engines: ["vllm"],
          profiles: ["vllm", "dcgm", "plain"],
          models: ["llama-3.1-8b-instruct"],
          versions: ["v1.2.0", "v1.3.0"],
          instances: ["chat-api-v1-0", "chat-api-v2-0"],
          gpus: ["GPU-5d5ba0d6"],
          hosts: ["gpu-node-1"],
          evidence: ["vllm:num_requests_running", "DCGM_FI_DEV_GPU_UTIL", "llm_requests_total"],
          signals: ["request_rate", "ttft"],
          labels: { version: "version", model: "model_name", replica: "instance" },
          labelChoices: {},
          notes: [],
          reachable: true,
          problem: null,
          lastSeenAt: "2026-01-01T00:00:00.000Z",
          scrapeInterval: 5,
          colorSlot: 1,
          versionColorSlots: { "v1.2.0": 1, "v1.3.0": 2 },
        },
      ],
      nextCursor: null,
    },
  },
  handler: ({ actor, query }) => listServices(actor, query),
});
