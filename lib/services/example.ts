import type { Service } from "./schema";

/** A service as the API's documentation shows it. */
export const exampleService = {
  id: "chat-api",
  name: "chat-api",
  namespace: null,
  source: "prometheus",
  engines: ["vllm"],
  profiles: ["vllm", "dcgm", "plain"],
  models: ["llama-3.1-8b-instruct"],
  versions: ["v1.2.0", "v1.3.0"],
  instances: ["chat-api-v1-0", "chat-api-v2-0"],
  instanceCount: 2,
  gpus: ["GPU-5d5ba0d6"],
  hosts: ["gpu-node-1"],
  evidence: ["DCGM_FI_DEV_GPU_UTIL", "llm_requests_total", "vllm:num_requests_running"],
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
} satisfies Service;
