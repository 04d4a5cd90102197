import { cyclesAt, type Exporter, loaded } from "./exporter";
import { Exposition } from "./exposition";
import { only, outputTokensOf, promptTokensOf, runningOf, truthOf, waitingOf } from "./truth";
import {
  decodeOf,
  e2eOf,
  failuresIn,
  histogramState,
  perGap,
  perRequest,
  ttftOf,
  workload,
} from "./workload";

/* LMDeploy: lmdeploy/metrics/loggers.py. vLLM's meanings and buckets under a prefix of its own. */

const bounds = {
  ttft: [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80],
  itl: [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
  e2e: [0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480],
};

const model = "internlm/internlm3-8b-instruct";
/** One in 50 fails: 2 %. */
const load = workload({
  failures: { failed: 1 },
  seed: 71,
  queue: 0.02,
  prefill: 0.1,
  itl: 0.027,
  promptTokens: 450,
  outputTokens: 55,
});

export const lmdeploy: Exporter = {
  name: "lmdeploy",
  title: "LMDeploy 0.10",
  replicas: [
    {
      instance: "lmdeploy-1.example:23333",
      labels: { namespace: "llm", pod: "lmdeploy-0" },
      page(moment) {
        const page = new Exposition("python", moment.startedAt);
        const cycles = cyclesAt(moment, load.perSecond);
        const labels = { engine: "0", model_name: model };
        const gauge = (name: string, help: string, value: number) =>
          page.gauge(`lmdeploy:${name}`, help, [[labels, value]]);
        gauge(
          "num_requests_running",
          "Number of requests currently running.",
          loaded(runningOf(load), moment),
        );
        gauge("num_requests_waiting", "Number of requests waiting.", loaded(waitingOf(load), moment));
        gauge("num_requests_succeeded", "Number of requests that succeeded.", cycles * load.served.length);
        gauge("num_requests_failed", "Number of requests that failed.", cycles * failuresIn(load));
        gauge("gpu_cache_usage_perc", "GPU KV-cache usage. 1 means 100 percent usage.", 0.39);
        page.counter("lmdeploy:prompt_tokens_total", "Number of prefill tokens processed.", [
          [labels, cycles * promptTokensOf(load)],
        ]);
        page.counter("lmdeploy:generation_tokens_total", "Number of generation tokens processed.", [
          [labels, cycles * outputTokensOf(load)],
        ]);
        page.counter("lmdeploy:request_success_total", "Count of successfully processed requests.", [
          [{ ...labels, finished_reason: "stop" }, cycles * load.served.length],
        ]);
        for (const [name, buckets, observations] of [
          ["time_to_first_token_seconds", bounds.ttft, perRequest(load, ttftOf)],
          ["time_per_output_token_seconds", bounds.itl, perGap(load)],
          ["iter_token_latency", bounds.itl, perGap(load)],
          ["e2e_request_latency_seconds", bounds.e2e, perRequest(load, e2eOf)],
          ["request_queue_time_seconds", bounds.e2e, perRequest(load, ({ queue }) => queue)],
          ["request_prefill_time_seconds", bounds.e2e, perRequest(load, ({ prefill }) => prefill)],
          ["request_decode_time_seconds", bounds.e2e, perRequest(load, decodeOf)],
        ] as const)
          page.histogram(`lmdeploy:${name}`, `Histogram of ${name.replaceAll("_", " ")}.`, [
            histogramState(buckets, observations, cycles, { labels }),
          ]);
        return page.text();
      },
    },
  ],
  service: { engines: ["lmdeploy"], models: [model] },
  expected: {
    ...only(
      truthOf([load]),
      "ttft",
      "itl",
      "e2e_latency",
      "queue_time",
      "prefill_time",
      "decode_time",
      "requests_running",
      "queue_depth",
      "output_token_rate",
      "prompt_token_rate",
    ),
    // Of those that were served.
    request_rate: { value: load.served.length * load.perSecond },
    error_rate: { value: 0.02 },
    availability: { value: 0.98 },
    errors_by_type: { value: 2 },
    output_tokens_per_request: { average: outputTokensOf(load) / load.served.length },
    kv_cache_usage: { value: 0.39 },
  },
  unavailable: ["prefix_cache_hit_ratio"],
};
