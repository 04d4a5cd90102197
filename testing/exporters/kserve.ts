import { cyclesAt, type Exporter, type Moment } from "./exporter";
import { Exposition } from "./exposition";
import { failuresIn, histogramState, perRequest, workload } from "./workload";

/* KServe's Python model server: python/kserve/kserve/metrics.py. */

const bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const model = "sentiment";
/** Where something counts failures, two in 50. */
const load = workload({
  seed: 111,
  failures: { "503": 2 },
  queue: 0.001,
  prefill: 0.06,
  itl: 0.001,
  promptTokens: 40,
  outputTokens: 2,
});
const served = load.served.length * load.perSecond;
const predict = perRequest(load, ({ prefill }) => prefill);

function serverPage(moment: Moment): Exposition {
  const page = new Exposition("python", moment.startedAt);
  const cycles = cyclesAt(moment, load.perSecond);
  for (const [name, help, observations] of [
    ["request_preprocess_seconds", "pre-process request latency", perRequest(load, () => 0.002)],
    ["request_postprocess_seconds", "post-process request latency", perRequest(load, () => 0.001)],
    ["request_predict_seconds", "predict request latency", predict],
    ["request_explain_seconds", "explain request latency", []],
  ] as const)
    page.histogram(
      name,
      help,
      observations.length === 0
        ? []
        : [histogramState(bounds, observations, cycles, { labels: { model_name: model } })],
    );
  return page;
}

const shared = {
  service: { engines: ["kserve"], models: [model] },
  expected: { request_rate: { value: served }, e2e_latency: { observations: predict } },
};

export const kserve: Exporter = {
  ...shared,
  name: "kserve",
  title: "KServe 0.15 model server",
  replicas: [{ instance: "kserve-1.example:8080", page: (moment) => serverPage(moment).text() }],
  unavailable: ["ttft", "itl", "output_token_rate", "error_rate", "kv_cache_usage"],
};

/** As Knative aggregates them: the server's own page, and what its queue-proxy counts by the response's code. */
export const kserveKnative: Exporter = {
  ...shared,
  name: "kserve-knative",
  title: "KServe behind Knative's queue-proxy",
  replicas: [
    {
      instance: "kserve-2.example:9088",
      page(moment) {
        const page = serverPage(moment);
        const cycles = cyclesAt(moment, load.perSecond);
        const revision = {
          namespace_name: "models",
          service_name: "sentiment-predictor",
          revision_name: "sentiment-predictor-00003",
          configuration_name: "sentiment-predictor",
        };
        const codes = [
          [{ ...revision, response_code: "200", response_code_class: "2xx" }, cycles * load.served.length],
          [{ ...revision, response_code: "503", response_code_class: "5xx" }, cycles * failuresIn(load)],
        ] as const;
        page.counter("revision_request_count", "The number of requests routed to queue-proxy", codes);
        page.counter("revision_app_request_count", "The number of requests routed to user-container", codes);
        page.histogram("revision_app_request_latencies", "The response time in millisecond", [
          histogramState([5, 10, 20, 40, 60, 80, 100, 150, 200, 250, 500, 1000], predict, cycles, {
            labels: { ...revision, response_code: "200", response_code_class: "2xx" },
            unit: 1000,
          }),
        ]);
        return page.text();
      },
    },
  ],
  expected: {
    ...shared.expected,
    error_rate: { value: 0.04 },
    availability: { value: 0.96 },
    errors_by_type: { value: 4, byType: { "503": 4 } },
  },
};
