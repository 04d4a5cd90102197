import { cyclesAt, type Exporter, loaded } from "./exporter";
import { Exposition } from "./exposition";
import { failureSignals, only, outputTokensOf, promptTokensOf, runningOf, truthOf } from "./truth";
import { e2eOf, failuresIn, histogramState, perRequest, ttftOf, workload } from "./workload";

/* LiteLLM proxy: litellm/types/integrations/prometheus.py (2026). */

const bounds = [
  0.005, 0.00625, 0.0125, 0.025, 0.05, 0.1, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8,
  8.5, 9, 9.5, 10, 15, 20, 25, 30, 60, 120, 180, 240, 300,
];

const model = "gpt-4o-mini";
/** One in 20 fails: 5 %. */
const load = workload({
  seed: 91,
  size: 40,
  failures: { RateLimitError: 1, Timeout: 1 },
  queue: 0.004,
  prefill: 0.35,
  itl: 0.016,
  promptTokens: 320,
  outputTokens: 75,
});
const codes: Record<string, string> = { RateLimitError: "429", Timeout: "408" };

export const litellm: Exporter = {
  name: "litellm",
  title: "LiteLLM proxy (2026)",
  replicas: [
    {
      instance: "litellm-1.example:4000",
      page(moment) {
        const page = new Exposition("python", moment.startedAt);
        const cycles = cyclesAt(moment, load.perSecond);
        const caller = {
          end_user: "None",
          hashed_api_key: "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
          api_key_alias: "batch-jobs",
          team: "None",
          team_alias: "None",
          user: "default_user_id",
          user_email: "None",
          requested_model: model,
          model,
        };
        const labels = { ...caller, model_id: "b0c6a3f4" };
        const provider = {
          litellm_model_name: model,
          model_id: "b0c6a3f4",
          api_base: "https://api.llm.example",
          api_provider: "openai",
        };
        const route = "/chat/completions";
        const failed = Object.entries(codes);
        page.counter(
          "litellm_proxy_total_requests_metric_total",
          "Total number of requests made to the proxy server - track number of client side requests",
          [
            [{ ...caller, status_code: "200", route }, cycles * load.served.length],
            ...failed.map(
              ([type, status_code]) =>
                [{ ...caller, status_code, route }, cycles * failuresIn(load, type)] as const,
            ),
          ],
        );
        page.counter(
          "litellm_proxy_failed_requests_metric_total",
          "Total number of failed responses from proxy - the client did not get a success response from litellm proxy",
          failed.map(([exception_class, exception_status]) => [
            { ...caller, exception_status, exception_class, route },
            cycles * failuresIn(load, exception_class),
          ]),
        );
        page.counter("litellm_spend_metric_total", "Total spend on LLM requests", [[labels, cycles * 0.02]]);
        page.counter(
          "litellm_requests_metric_total",
          "deprecated - use litellm_proxy_total_requests_metric",
          [[labels, cycles * load.served.length]],
        );
        page.counter("litellm_input_tokens_metric_total", "Total number of input tokens from LLM requests", [
          [labels, cycles * promptTokensOf(load)],
        ]);
        page.counter(
          "litellm_output_tokens_metric_total",
          "Total number of output tokens from LLM requests",
          [[labels, cycles * outputTokensOf(load)]],
        );
        page.counter("litellm_total_tokens_metric_total", "Total number of input + output tokens", [
          [labels, cycles * (promptTokensOf(load) + outputTokensOf(load))],
        ]);
        page.gauge("litellm_in_flight_requests", "Number of requests being processed", [
          [{}, loaded(runningOf(load), moment)],
        ]);
        page.gauge("litellm_deployment_state", "The state of the deployment: 0 = healthy", [[provider, 0]]);
        for (const [name, help, of] of [
          ["litellm_request_total_latency_metric", "Total latency (seconds) for a request to LiteLLM", e2eOf],
          [
            "litellm_llm_api_latency_metric",
            "Total latency (seconds) for a models LLM API call",
            (request: Parameters<typeof e2eOf>[0]) => e2eOf(request) - request.queue,
          ],
          [
            "litellm_llm_api_time_to_first_token_metric",
            "Time to first token for a models LLM API call",
            ttftOf,
          ],
          [
            "litellm_request_queue_time_seconds",
            "Time spent in the queue of the proxy",
            ({ queue }: Parameters<typeof e2eOf>[0]) => queue,
          ],
        ] as const)
          page.histogram(name, help, [histogramState(bounds, perRequest(load, of), cycles, { labels })]);
        page.histogram(
          "litellm_deployment_latency_per_output_token",
          "LLM Deployment Analytics - Latency per output token",
          [
            histogramState(
              bounds,
              perRequest(load, ({ itl }) => itl),
              cycles,
              { labels: provider },
            ),
          ],
        );
        return page.text();
      },
    },
  ],
  service: { engines: ["litellm"], models: [model] },
  expected: {
    ...only(
      truthOf([load]),
      "request_rate",
      "ttft",
      "e2e_latency",
      "queue_time",
      "requests_running",
      "output_token_rate",
      "prompt_token_rate",
      ...failureSignals,
    ),
    itl: { observations: perRequest(load, ({ itl }) => itl) },
  },
  unavailable: ["kv_cache_usage", "preemption_rate"],
};
