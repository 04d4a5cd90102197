import type { Profile, ProfileId } from "./profile";
import { dcgm } from "./profiles/dcgm";
import { httpInstrumentator } from "./profiles/http-instrumentator";
import { nodeExporter } from "./profiles/node-exporter";
import { nvidiaGpuExporter } from "./profiles/nvidia-gpu-exporter";
import { plain } from "./profiles/plain";
import { sglang } from "./profiles/sglang";
import { tgi } from "./profiles/tgi";
import { vllm } from "./profiles/vllm";

/**
 * Every profile, in the order in which a service's profiles are asked for a signal: the engine knows most, a GPU
 * exporter knows GPUs better than an application does, and plain counters know errors that HTTP codes blur.
 */
export const profiles: readonly Profile[] = [
  vllm,
  sglang,
  tgi,
  dcgm,
  nvidiaGpuExporter,
  plain,
  httpInstrumentator,
  nodeExporter,
];

const byId = new Map(profiles.map((profile) => [profile.id, profile]));

/** The profile of that id. Throws for an id that is not in the list. */
export function profileOf(id: ProfileId): Profile {
  const profile = byId.get(id);
  if (profile === undefined) throw new Error(`There is no profile "${id}".`);
  return profile;
}
