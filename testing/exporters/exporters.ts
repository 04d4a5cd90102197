import { broken, manyInstances } from "./broken";
import { cadvisor } from "./cadvisor";
import { dcgm, dcgmNewLabels } from "./dcgm";
import { dynamo } from "./dynamo";
import type { Exporter, Replica } from "./exporter";
import { kserve, kserveKnative } from "./kserve";
import { litellm } from "./litellm";
import { llamaCpp } from "./llama-cpp";
import { lmdeploy } from "./lmdeploy";
import { nodeExporter } from "./node-exporter";
import { nvidiaGpuExporter } from "./nvidia-gpu-exporter";
import { otelClient, otelGenai } from "./otel-genai";
import { plain } from "./plain";
import { rayServe, rayServeOld } from "./ray-serve";
import { sglang, sglangOld } from "./sglang";
import { tgi } from "./tgi";
import { triton, tritonOnnx, tritonVllm } from "./triton";
import { trtllmServe, trtllmServeLater } from "./trtllm-serve";
import { vllmRay, vllmRestarting, vllmRouter, vllmV0, vllmV1, vllmV1Old } from "./vllm";

/** Every exporter that tells the truth. */
export const honestExporters: readonly Exporter[] = [
  vllmV1,
  vllmV1Old,
  vllmV0,
  vllmRestarting,
  vllmRouter,
  vllmRay,
  sglang,
  sglangOld,
  tgi,
  triton,
  tritonOnnx,
  tritonVllm,
  trtllmServe,
  trtllmServeLater,
  llamaCpp,
  litellm,
  rayServe,
  rayServeOld,
  kserve,
  kserveKnative,
  dynamo,
  otelGenai,
  otelClient,
  lmdeploy,
  plain,
  dcgm,
  dcgmNewLabels,
  nvidiaGpuExporter,
  nodeExporter,
  cadvisor,
];

export const exporters: readonly Exporter[] = [...honestExporters, broken, manyInstances];

/** The path of one replica's page: `/vllm-v1/0`, or `/tgi` where there is but one. */
export const pathOf = (exporter: Exporter, replica: Replica): string =>
  replica.name === undefined ? `/${exporter.name}` : `/${exporter.name}/${replica.name}`;
