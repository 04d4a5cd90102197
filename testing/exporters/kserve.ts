import { cyclesAt, type Exporter } from "./exporter";
import { Exposition } from "./exposition";
import { histogramState, perRequest, workload } from "./workload";

/* KServe's Python model server: python/kserve/kserve/metrics.py. */

const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const model = "sentiment";
const load = workload({
  seed: 111,
  queue: 0.001,
  prefill: 0.06,
  itl: 0.001,
  promptTokens: 40,
  outputTokens: 2,
});
const predict = perRequest(load, ({ prefill }) => prefill);

export const kserve: Exporter = {
  name: "kserve",
  title: "KServe 0.15 model server",
  replicas: [
    {
      instance: "kserve-1.example:8080",
      page(moment) {
        const page = new Exposition("python", moment.startedAt);
        const cycles = cyclesAt(moment, load.perSecond);
        const labels = { model_name: model };
        for (const [name, help, observations] of [
          ["request_preprocess_seconds", "pre-process request latency", perRequest(load, () => 0.002)],
          ["request_postprocess_seconds", "post-process request latency", perRequest(load, () => 0.001)],
          ["request_predict_seconds", "predict request latency", predict],
          ["request_explain_seconds", "explain request latency", []],
        ] as const)
          page.histogram(
            name,
            help,
            observations.length === 0 ? [] : [histogramState(bounds, observations, cycles, { labels })],
          );
        return page.text();
      },
    },
  ],
  service: { engines: ["kserve"], models: [model] },
  expected: { request_rate: { value: 100 }, e2e_latency: { observations: predict } },
  unavailable: ["ttft", "itl", "output_token_rate", "error_rate", "kv_cache_usage"],
};
