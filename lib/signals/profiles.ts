import type { Profile, ProfileId } from "./profile";
import { cadvisor } from "./profiles/cadvisor";
import { dcgm } from "./profiles/dcgm";
import { dynamo } from "./profiles/dynamo";
import { httpInstrumentator } from "./profiles/http-instrumentator";
import { httpWitness } from "./profiles/http-witness";
import { knative } from "./profiles/knative";
import { kserve } from "./profiles/kserve";
import { litellm } from "./profiles/litellm";
import { llamaCpp } from "./profiles/llama-cpp";
import { lmdeploy } from "./profiles/lmdeploy";
import { nodeExporter } from "./profiles/node-exporter";
import { nvidiaGpuExporter } from "./profiles/nvidia-gpu-exporter";
import { otelGenai } from "./profiles/otel-genai";
import { plain } from "./profiles/plain";
import { rayServe } from "./profiles/ray-serve";
import { sglang } from "./profiles/sglang";
import { tgi } from "./profiles/tgi";
import { triton } from "./profiles/triton";
import { tritonGpu } from "./profiles/triton-gpu";
import { trtllmServe } from "./profiles/trtllm-serve";
import { vllm } from "./profiles/vllm";

/**
 * Every profile, in the order in which a service's profiles are asked for a signal: the engine knows most, what stands
 * before it less, a GPU exporter knows GPUs better than an application does, and plain counters know errors that HTTP
 * codes blur.
 */
export const profiles: readonly Profile[] = [
  vllm,
  sglang,
  tgi,
  triton,
  trtllmServe,
  llamaCpp,
  lmdeploy,
  dynamo,
  kserve,
  rayServe,
  otelGenai,
  dcgm,
  nvidiaGpuExporter,
  tritonGpu,
  plain,
  litellm,
  knative,
  httpInstrumentator,
  httpWitness,
  nodeExporter,
  cadvisor,
];

const byId = new Map(profiles.map((profile) => [profile.id, profile]));

/** The profile of that id. Throws for an id that is not in the list. */
export function profileOf(id: ProfileId): Profile {
  const profile = byId.get(id);
  if (profile === undefined) throw new Error(`There is no profile "${id}".`);
  return profile;
}
