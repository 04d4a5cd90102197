import { cyclesAt, type Exporter, loaded } from "./exporter";
import { Exposition } from "./exposition";
import { failureSignals, only, runningOf, truthOf, waitingOf } from "./truth";
import { decodeOf, e2eOf, failuresIn, histogramState, meanOf, perRequest, workload } from "./workload";

/* Text Generation Inference: router/src/server.rs (3.3). No labels, no `_total`. */

const durations = Array.from({ length: 35 }, (_, index) => 0.0001 * 1.5 ** (index + 1));
const linear = (top: number): number[] =>
  Array.from({ length: 100 }, (_, index) => ((index + 1) * top) / 100);
const batchSizes = Array.from({ length: 1024 }, (_, index) => index + 1).filter((size) => size % 64 === 0);

/** Two in 50 fail: an error rate of 4 %, half of it the caller's fault. */
const load = workload({
  seed: 31,
  failures: { validation: 1, overloaded: 1 },
  queue: 0.03,
  prefill: 0.08,
  itl: 0.026,
  promptTokens: 300,
  outputTokens: 56,
});

export const tgi: Exporter = {
  name: "tgi",
  title: "Text Generation Inference 3.3",
  replicas: [
    {
      instance: "gpu-node-3.example:80",
      page(moment) {
        const page = new Exposition("plain");
        const cycles = cyclesAt(moment, load.perSecond);
        const histogram = (
          name: string,
          help: string,
          bounds: readonly number[],
          of: Parameters<typeof perRequest>[1],
        ) => page.histogram(name, help, [histogramState(bounds, perRequest(load, of), cycles)]);
        page.counter("tgi_request_count", "Total number of requests", [[{}, cycles * load.requests.length]]);
        page.counter("tgi_request_success", "Number of successful requests", [
          [{}, cycles * load.served.length],
        ]);
        page.counter(
          "tgi_request_failure",
          "Number of failed requests",
          ["validation", "overloaded"].map((err) => [{ err }, cycles * failuresIn(load, err)]),
        );
        page.gauge("tgi_queue_size", "Current queue size", [[{}, loaded(waitingOf(load), moment)]]);
        page.gauge("tgi_batch_current_size", "Current batch size", [[{}, loaded(runningOf(load), moment)]]);
        page.gauge("tgi_batch_current_max_tokens", "Maximum tokens for the current batch", [[{}, 24_000]]);
        page.gauge("tgi_batch_max_total_tokens", "Maximum total tokens for a batch", [[{}, 64_000]]);
        histogram("tgi_request_duration", "Request duration", durations, e2eOf);
        histogram("tgi_request_validation_duration", "Request validation duration", durations, () => 0.0004);
        histogram("tgi_request_queue_duration", "Request queue duration", durations, ({ queue }) => queue);
        histogram(
          "tgi_request_inference_duration",
          "Request inference duration",
          durations,
          (request) => request.prefill + decodeOf(request),
        );
        histogram(
          "tgi_request_mean_time_per_token_duration",
          "Mean time per token per request",
          durations,
          ({ itl }) => itl,
        );
        histogram(
          "tgi_request_input_length",
          "Input token length per request",
          linear(4096),
          ({ promptTokens }) => promptTokens,
        );
        histogram(
          "tgi_request_generated_tokens",
          "Generated tokens per request",
          linear(8192),
          ({ outputTokens }) => outputTokens,
        );
        histogram("tgi_batch_next_size", "Batch size for the next batch", batchSizes, () => 96);
        page.histogram("tgi_batch_inference_duration", "Batch inference duration", [
          histogramState(
            durations,
            perRequest(load, ({ prefill }) => prefill),
            cycles,
            {
              labels: { method: "prefill" },
            },
          ),
          histogramState(
            durations,
            perRequest(load, ({ itl }) => itl),
            cycles,
            {
              labels: { method: "decode" },
            },
          ),
        ]);
        page.counter(
          "tgi_batch_inference_count",
          "Inference calls per method",
          ["prefill", "decode"].map((method) => [{ method }, cycles * load.served.length]),
        );
        return page.text();
      },
    },
  ],
  service: { engines: ["tgi"], models: [] },
  expected: {
    ...only(
      truthOf([load], ["validation"]),
      "request_rate",
      "e2e_latency",
      "queue_time",
      "inference_time",
      "output_tokens_per_request",
      "prompt_tokens_per_request",
      "requests_running",
      "queue_depth",
      "output_token_rate",
      "prompt_token_rate",
      ...failureSignals,
    ),
    // The caller's fault is the validation.
    client_error_rate: { value: 0.02 },
    server_error_rate: { value: 0.02 },
    prefill_time: { average: meanOf(perRequest(load, ({ prefill }) => prefill)) },
    batch_size: { value: 96 },
    itl: { observations: perRequest(load, ({ itl }) => itl) },
  },
  unavailable: ["ttft", "kv_cache_usage", "prefix_cache_hit_ratio", "preemption_rate"],
};
