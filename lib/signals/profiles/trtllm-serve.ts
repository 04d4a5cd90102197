import { type Profile, versionLabels } from "../profile";
import { counter, gauge, histogram } from "../spellings";

/** trtllm-serve, TensorRT-LLM's own server (`/prometheus/metrics`). It counts finished requests, no failures. */
export const trtllmServe: Profile = {
  id: "trtllm-serve",
  title: "trtllm-serve",
  layer: "engine",
  sentinels: ["trtllm_request_success_total"],
  labels: { model: ["model_name"], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    request_rate: counter("trtllm_request_success_total"),
    ttft: histogram("trtllm_time_to_first_token_seconds"),
    itl: histogram("trtllm_time_per_output_token_seconds"),
    e2e_latency: histogram("trtllm_e2e_request_latency_seconds"),
    queue_time: histogram("trtllm_request_queue_time_seconds"),
    queue_depth: gauge("sum", "max", "trtllm_num_requests_waiting"),
    requests_running: gauge("sum", "avg", "trtllm_num_requests_running"),
    batch_size: gauge("avg", "avg", "trtllm_num_requests_running"),
    kv_cache_usage: gauge("max", "max", "trtllm_kv_cache_utilization"),
    prefix_cache_hit_ratio: {
      ...gauge("avg", "avg", "trtllm_kv_cache_hit_rate"),
      note: "The average of the replicas' own rates.",
    },
  },
};
