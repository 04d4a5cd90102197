import { cyclesAt, type Exporter, loaded } from "./exporter";
import { Exposition } from "./exposition";
import {
  cachedTokensOf,
  failureSignals,
  outputTokensOf,
  promptTokensOf,
  runningOf,
  truthOf,
  waitingOf,
} from "./truth";
import { decodeOf, ratePerSecond, sum, workload } from "./workload";

/* llama.cpp's server with `--metrics` (tools/server/README.md), as of August 2026. No labels, no histogram. */

const load = workload({
  seed: 61,
  size: 10,
  queue: 0.1,
  prefill: 0.25,
  itl: 0.04,
  promptTokens: 240,
  outputTokens: 40,
  cached: 0.2,
});
const computed = promptTokensOf(load) - cachedTokensOf(load);
const truth = truthOf([load]);

export const llamaCpp: Exporter = {
  name: "llama-cpp",
  title: "llama.cpp server, August 2026",
  replicas: [
    {
      instance: "llama-1.example:8080",
      page(moment) {
        const page = new Exposition("plain");
        const cycles = cyclesAt(moment, load.perSecond);
        const counter = (name: string, help: string, value: number) =>
          page.counter(name, help, [[{}, value]]);
        const gauge = (name: string, help: string, value: number) => page.gauge(name, help, [[{}, value]]);
        counter("llamacpp:prompt_tokens_total", "Number of prompt tokens processed.", cycles * computed);
        counter(
          "llamacpp:prompt_tokens_cached_total",
          "Number of prompt tokens reused from the cache.",
          cycles * cachedTokensOf(load),
        );
        counter(
          "llamacpp:prompt_seconds_total",
          "Prompt process time",
          cycles * sum(load.served.map(({ prefill }) => prefill)),
        );
        counter(
          "llamacpp:tokens_predicted_total",
          "Number of generation tokens processed.",
          cycles * outputTokensOf(load),
        );
        counter(
          "llamacpp:tokens_predicted_seconds_total",
          "Predict process time",
          cycles * sum(load.served.map(decodeOf)),
        );
        counter("llamacpp:n_decode_total", "Total number of llama_decode() calls", cycles * 60);
        counter("llamacpp:n_tokens_max", "Largest observed n_tokens.", 1900);
        gauge(
          "llamacpp:n_busy_slots_per_decode",
          "Average number of busy slots per llama_decode() call",
          6.5,
        );
        gauge(
          "llamacpp:prompt_tokens_seconds",
          "Average prompt throughput in tokens/s.",
          computed / sum(load.served.map(({ prefill }) => prefill)),
        );
        gauge("llamacpp:predicted_tokens_seconds", "Average generation throughput in tokens/s.", 25);
        gauge(
          "llamacpp:requests_processing",
          "Number of requests processing.",
          loaded(runningOf(load), moment),
        );
        gauge("llamacpp:requests_deferred", "Number of requests deferred.", loaded(waitingOf(load), moment));
        return page.text();
      },
    },
  ],
  service: { engines: ["llama-cpp"], models: [] },
  expected: {
    requests_running: truth.requests_running,
    queue_depth: truth.queue_depth,
    output_token_rate: truth.output_token_rate,
    prompt_token_rate: truth.prompt_token_rate,
    prefix_cache_hit_ratio: truth.prefix_cache_hit_ratio,
    batch_size: { value: 6.5 },
    // The mean over tokens, the first of an answer included, which comes with the prompt.
    itl: { average: ratePerSecond(load, decodeOf) / ratePerSecond(load, ({ outputTokens }) => outputTokens) },
  },
  unavailable: ["request_rate", "ttft", "e2e_latency", "queue_time", "kv_cache_usage", ...failureSignals],
};
