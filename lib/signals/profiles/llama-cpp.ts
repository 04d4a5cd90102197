import { type Profile, versionLabels } from "../profile";
import { counter, gauge, mean, share } from "../spellings";

/**
 * llama.cpp's server with `--metrics` (ggml-org/llama.cpp, tools/server/README.md). It has no histogram and counts no
 * requests: of latencies it tells the time per token, on average.
 */
export const llamaCpp: Profile = {
  id: "llama-cpp",
  title: "llama.cpp",
  layer: "engine",
  sentinels: ["llamacpp:requests_processing"],
  renames: [{ from: "llamacpp:", to: "llamacpp_" }],
  releases: {
    "llamacpp:prompt_tokens_cached_total": "from August 2026",
    "llamacpp:spec_decode_num_draft_tokens_total": "from August 2026",
    "llamacpp:kv_cache_usage_ratio": "until mid-2025",
  },
  exposedWith: { "llamacpp:spec_decode_num_accepted_tokens_total": "a draft model" },
  labels: { model: ["model"], version: versionLabels, instance: ["instance"], gpu: {} },
  spellings: {
    itl: mean("llamacpp:tokens_predicted_seconds_total", "llamacpp:tokens_predicted_total"),
    queue_depth: gauge("sum", "max", "llamacpp:requests_deferred"),
    requests_running: gauge("sum", "avg", "llamacpp:requests_processing"),
    batch_size: gauge("avg", "avg", "llamacpp:n_busy_slots_per_decode"),
    output_token_rate: counter("llamacpp:tokens_predicted_total"),
    // The first counts what was computed, the second what was reused.
    prompt_token_rate: {
      kind: "counter",
      counters: [
        { metric: "llamacpp:prompt_tokens_total" },
        { metric: "llamacpp:prompt_tokens_cached_total", isAdded: true },
      ],
    },
    kv_cache_usage: gauge("max", "max", "llamacpp:kv_cache_usage_ratio"),
    prefix_cache_hit_ratio: {
      kind: "expression",
      expression:
        "sum$by(rate(llamacpp:prompt_tokens_cached_total{$selector}[$window])) / (sum$by(rate(llamacpp:prompt_tokens_cached_total{$selector}[$window])) + sum$by(rate(llamacpp:prompt_tokens_total{$selector}[$window])))",
      metrics: ["llamacpp:prompt_tokens_cached_total"],
    },
    spec_decode_acceptance: share(
      "llamacpp:spec_decode_num_accepted_tokens_total",
      "llamacpp:spec_decode_num_draft_tokens_total",
    ),
  },
};
