import { failureSpellings } from "../failures";
import { type Profile, type Spelling, versionLabels } from "../profile";
import { counter, gauge, histogram, named } from "../spellings";

const meanOf = (name: string) => ({ sum: named(`${name}_sum`), count: named(`${name}_count`) });

/** A gauge under one of two names, over each window by `over` and summed over the frontends. */
const either = (over: "max" | "avg", name: string, former: string): Spelling => ({
  kind: "expression",
  expression: `sum$by(${over}_over_time(${name}{$selector}[$window]) or ${over}_over_time(${former}{$selector}[$window]))`,
  metrics: [name, former],
});

/**
 * NVIDIA Dynamo's frontend (ai-dynamo/dynamo, lib/runtime/src/metrics/prometheus_names.rs). Its workers expose their
 * engines' metrics, so that its requests and tokens are theirs too.
 */
export const dynamo: Profile = {
  id: "dynamo",
  title: "Dynamo",
  layer: "engine",
  isGateway: true,
  sentinels: ["dynamo_frontend_requests_total"],
  // Its first releases, and those that are told to.
  renames: [{ from: "dynamo_frontend_", to: "nv_llm_http_service_" }],
  releases: {
    dynamo_frontend_output_tokens_total: "2026",
    dynamo_frontend_queued_requests_total: "mid-2025",
    dynamo_frontend_inflight_requests_total: "mid-2025",
  },
  labels: {
    model: ["model"],
    version: versionLabels,
    instance: ["instance"],
    gpu: {},
    // Prometheus Operator puts the port's name in its place.
    endpoint: ["exported_endpoint", "endpoint"],
  },
  spellings: {
    request_rate: counter("dynamo_frontend_requests_total"),
    ttft: histogram("dynamo_frontend_time_to_first_token_seconds"),
    itl: histogram("dynamo_frontend_inter_token_latency_seconds"),
    e2e_latency: histogram("dynamo_frontend_request_duration_seconds"),
    estimated_e2e: {
      kind: "estimate",
      ttft: meanOf("dynamo_frontend_time_to_first_token_seconds"),
      itl: meanOf("dynamo_frontend_inter_token_latency_seconds"),
      tokens: meanOf("dynamo_frontend_output_sequence_tokens"),
      e2e: meanOf("dynamo_frontend_request_duration_seconds"),
    },
    ...failureSpellings({
      failures: [{ metric: "dynamo_frontend_requests_total", matchers: 'status="error"' }],
      total: [{ metric: "dynamo_frontend_requests_total" }],
      typeLabel: "error_type",
      clientTypes: ["validation", "not_found", "cancelled"],
    }),
    queue_depth: either("max", "dynamo_frontend_queued_requests", "dynamo_frontend_queued_requests_total"),
    requests_running: either(
      "avg",
      "dynamo_frontend_inflight_requests",
      "dynamo_frontend_inflight_requests_total",
    ),
    requests_running_limit: {
      ...gauge("max", "max", "dynamo_frontend_model_max_num_seqs"),
      note: "Of one worker.",
    },
    output_token_rate: counter(
      "dynamo_frontend_output_tokens_total",
      "dynamo_frontend_output_sequence_tokens_sum",
    ),
    prompt_token_rate: counter("dynamo_frontend_input_sequence_tokens_sum"),
    output_tokens_per_request: histogram("dynamo_frontend_output_sequence_tokens"),
    prompt_tokens_per_request: histogram("dynamo_frontend_input_sequence_tokens"),
    kv_cache_capacity: {
      kind: "expression",
      expression:
        "max$by(max_over_time(dynamo_frontend_model_total_kv_blocks{$selector}[$window]) * max_over_time(dynamo_frontend_model_kv_cache_block_size{$selector}[$window]))",
      metrics: ["dynamo_frontend_model_total_kv_blocks", "dynamo_frontend_model_kv_cache_block_size"],
      note: "Of one worker.",
    },
  },
};
