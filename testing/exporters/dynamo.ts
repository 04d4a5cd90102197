import { cyclesAt, type Exporter, loaded } from "./exporter";
import { Exposition } from "./exposition";
import { failureSignals, only, outputTokensOf, runningOf, truthOf, waitingOf } from "./truth";
import { e2eOf, failuresIn, histogramState, perGap, perRequest, ttftOf, workload } from "./workload";

/* NVIDIA Dynamo's frontend: lib/runtime/src/metrics/prometheus_names.rs. */

const durations = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
const gaps = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.25, 0.5, 1, 2];
const tokens = [1, 10, 50, 100, 250, 500, 1000, 2000, 5000, 10000];

const model = "deepseek-ai/DeepSeek-R1";
/** Four in 50 fail: 8 %. */
const load = workload({
  seed: 81,
  failures: { overload: 2, internal: 1, validation: 1 },
  queue: 0.03,
  prefill: 0.18,
  itl: 0.012,
  promptTokens: 1500,
  outputTokens: 110,
});

export const dynamo: Exporter = {
  name: "dynamo",
  title: "NVIDIA Dynamo frontend",
  replicas: [
    {
      instance: "dynamo-frontend.example:8000",
      page(moment) {
        const page = new Exposition("plain");
        const cycles = cyclesAt(moment, load.perSecond);
        const labels = { model };
        const request = { model, endpoint: "chat_completions", request_type: "stream" };
        page.counter("dynamo_frontend_requests_total", "Total number of LLM requests processed", [
          [{ ...request, status: "success", error_type: "" }, cycles * load.served.length],
          ...["overload", "internal", "validation"].map(
            (error_type) =>
              [{ ...request, status: "error", error_type }, cycles * failuresIn(load, error_type)] as const,
          ),
        ]);
        page.counter("dynamo_frontend_output_tokens_total", "Total number of output tokens generated", [
          [labels, cycles * outputTokensOf(load)],
        ]);
        page.gauge("dynamo_frontend_queued_requests", "Number of requests in HTTP processing queue", [
          [labels, loaded(waitingOf(load), moment)],
        ]);
        page.gauge("dynamo_frontend_inflight_requests", "Number of inflight requests", [
          [labels, loaded(runningOf(load), moment)],
        ]);
        page.gauge("dynamo_frontend_disconnected_clients", "Number of disconnected clients", [[{}, 0]]);
        page.gauge("dynamo_frontend_model_total_kv_blocks", "Total KV blocks of the model", [
          [labels, 24_000],
        ]);
        page.gauge("dynamo_frontend_model_max_num_seqs", "Maximum number of sequences", [[labels, 512]]);
        page.gauge("dynamo_frontend_model_kv_cache_block_size", "KV cache block size", [[labels, 16]]);
        for (const [name, bounds, observations] of [
          ["request_duration_seconds", durations, perRequest(load, e2eOf)],
          ["time_to_first_token_seconds", durations, perRequest(load, ttftOf)],
          ["inter_token_latency_seconds", gaps, perGap(load)],
          ["input_sequence_tokens", tokens, perRequest(load, ({ promptTokens }) => promptTokens)],
          ["output_sequence_tokens", tokens, perRequest(load, ({ outputTokens }) => outputTokens)],
        ] as const)
          page.histogram(`dynamo_frontend_${name}`, `Distribution of ${name.replaceAll("_", " ")}`, [
            histogramState(bounds, observations, cycles, { labels }),
          ]);
        return page.text();
      },
    },
  ],
  service: { engines: ["dynamo"], models: [model] },
  expected: {
    client_error_rate: { value: 0.02 },
    server_error_rate: { value: 0.06 },
    requests_running_limit: { value: 512 },
    kv_cache_capacity: { value: 24_000 * 16 },
    ...only(
      truthOf([load], ["validation"]),
      "estimated_e2e",
      "output_tokens_per_request",
      "prompt_tokens_per_request",
      "request_rate",
      "ttft",
      "itl",
      "e2e_latency",
      "requests_running",
      "queue_depth",
      "output_token_rate",
      "prompt_token_rate",
      ...failureSignals,
    ),
  },
  unavailable: ["queue_time"],
};
