import type { EngineConfig } from "./engine";
import { gpuIdentity, teslaV100 } from "./gpu";
import type { ReplicaIdentity } from "./metrics";

/** How one version of the model behaves. */
export type VersionProfile = {
  cost: EngineConfig["cost"];
  /** Answers: median and sigma of their log-normal length, in tokens. */
  outputMedian: number;
  outputSigma: number;
  /** Part of the requests that end in an error of the model itself. */
  modelErrorRate: number;
};

// An 8B model in fp16 over two V100 in eager mode: reading 7.5 GiB of weights a GPU at 900 GB/s and launching some 400
// kernels make the base; prefill is bound by 2 × 125 TFLOPS at some 65 %; attention reads 64 KiB a token and GPU.
const v12: VersionProfile = {
  cost: { base: 0.0212, perSequence: 0.00016, perPrefillToken: 0.0001, perContextToken: 1e-7, jitter: 0.06 },
  outputMedian: 165,
  outputSigma: 0.7,
  modelErrorRate: 0.0002,
};

const v13: VersionProfile = {
  cost: { ...v12.cost, base: 0.0204, perPrefillToken: 0.000084 },
  outputMedian: 178,
  outputSigma: 0.72,
  modelErrorRate: 0.00015,
};

const profiles: Record<string, VersionProfile> = { "v1.2.0": v12, "v1.3.0": v13 };

/** The profile of a version; one that is not known behaves like v1.3.0. */
export function versionProfile(version: string): VersionProfile {
  return profiles[version] ?? v13;
}

export const MAX_MODEL_LENGTH = 8192;
/** Tokens of the system prompt that every chat begins with; the prefix cache holds them after the first request. */
export const SYSTEM_PROMPT_TOKENS = 128;
export const REQUEST_TIMEOUT_SECONDS = 120;

const BLOCK_SIZE = 16;
const BLOCKS = 1792;
const MIB_PER_BLOCK_AND_GPU = 1;
const WEIGHTS_MIB_PER_GPU = 7660;
const ACTIVATIONS_AND_GRAPHS_MIB_PER_GPU = 2836;

export const engineLimits: Omit<EngineConfig, "cost"> = {
  blockSize: BLOCK_SIZE,
  blocks: BLOCKS,
  maxSequences: 128,
  maxBatchedTokens: 2048,
};

/** MiB that the engine takes of each of its GPUs at start. */
export const engineMemoryPerGpu =
  WEIGHTS_MIB_PER_GPU + ACTIVATIONS_AND_GRAPHS_MIB_PER_GPU + BLOCKS * MIB_PER_BLOCK_AND_GPU;

export type Deployment = {
  model: string;
  version: string;
  instance: string;
  gpus: readonly string[];
};

/** The two replicas of the demo, as the history shows them and as they run. */
export const demoDeployments: readonly Deployment[] = [
  { model: "llama-3.1-8b-instruct", version: "v1.2.0", instance: "chat-api-v1-0", gpus: ["0", "1"] },
  { model: "llama-3.1-8b-instruct", version: "v1.3.0", instance: "chat-api-v2-0", gpus: ["2", "3"] },
];

/** What a deployment's series say about it. Each replica has a machine of its own, numbered by its GPUs. */
export function replicaIdentity(deployment: Deployment): ReplicaIdentity {
  const first = Number(deployment.gpus[0] ?? 0);
  return {
    modelName: deployment.model,
    hostname: `gpu-node-${Math.floor(first / Math.max(1, deployment.gpus.length)) + 1}`,
    gpus: deployment.gpus.map((index) => gpuIdentity(index, teslaV100)),
    cpus: 4,
    maxModelLength: MAX_MODEL_LENGTH,
    cacheConfig: {
      block_size: String(BLOCK_SIZE),
      cache_dtype: "auto",
      cpu_offload_gb: "0",
      enable_prefix_caching: "True",
      gpu_memory_utilization: "0.75",
      num_cpu_blocks: "None",
      num_gpu_blocks: String(BLOCKS),
      num_gpu_blocks_override: "None",
      sliding_window: "None",
      swap_space: "4",
    },
  };
}
