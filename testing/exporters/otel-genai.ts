import { cyclesAt, type Exporter } from "./exporter";
import { Exposition } from "./exposition";
import { failureSignals, only, truthOf } from "./truth";
import { e2eOf, failuresIn, histogramState, meanOf, perRequest, ttftOf, workload } from "./workload";

/* OpenTelemetry's GenAI metrics (semantic conventions 1.41) behind the collector's Prometheus exporter. */

const doubling = Array.from({ length: 14 }, (_, index) => 0.01 * 2 ** index);
const tokenBounds = Array.from({ length: 14 }, (_, index) => 4 ** index);
const perToken = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5];
const firstToken = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

const model = "llama-3.1-70b";
/** Two in 50 fail: 4 %. */
const load = workload({
  seed: 121,
  failures: { timeout: 1, "500": 1 },
  queue: 0.01,
  prefill: 0.22,
  itl: 0.03,
  promptTokens: 500,
  outputTokens: 45,
});

export const otelGenai: Exporter = {
  name: "otel-genai",
  title: "OpenTelemetry GenAI server metrics",
  replicas: [
    {
      instance: "otel-collector.example:8889",
      page(moment) {
        const page = new Exposition("go");
        const cycles = cyclesAt(moment, load.perSecond);
        const labels = {
          gen_ai_operation_name: "chat",
          gen_ai_provider_name: "vllm",
          gen_ai_request_model: model,
          gen_ai_response_model: model,
          otel_scope_name: "llm-server",
          server_address: "llm.example",
          server_port: "8000",
        };
        const failed = (error_type: string) =>
          histogramState(doubling, [{ value: 0.02, weight: failuresIn(load, error_type) }], cycles, {
            labels: { ...labels, error_type },
          });
        page.histogram("gen_ai_server_request_duration_seconds", "Generative AI server request duration", [
          histogramState(doubling, perRequest(load, e2eOf), cycles, { labels }),
          failed("timeout"),
          failed("500"),
        ]);
        page.histogram(
          "gen_ai_server_time_to_first_token_seconds",
          "Time to generate first token for successful responses",
          [histogramState(firstToken, perRequest(load, ttftOf), cycles, { labels })],
        );
        page.histogram(
          "gen_ai_server_time_per_output_token_seconds",
          "Time per output token generated after the first token for successful responses",
          [
            histogramState(
              perToken,
              perRequest(load, ({ itl }) => itl),
              cycles,
              { labels },
            ),
          ],
        );
        page.histogram("gen_ai_client_token_usage", "Number of input and output tokens used", [
          histogramState(
            tokenBounds,
            perRequest(load, ({ promptTokens }) => promptTokens),
            cycles,
            { labels: { ...labels, gen_ai_token_type: "input" } },
          ),
          histogramState(
            tokenBounds,
            perRequest(load, ({ outputTokens }) => outputTokens),
            cycles,
            { labels: { ...labels, gen_ai_token_type: "output" } },
          ),
        ]);
        return page.text();
      },
    },
  ],
  service: { engines: ["otel-genai"], models: [model] },
  expected: {
    ...only(
      truthOf([load]),
      "request_rate",
      "ttft",
      "output_token_rate",
      "prompt_token_rate",
      ...failureSignals,
    ),
    e2e_latency: { observations: [...perRequest(load, e2eOf), { value: 0.02, weight: failuresIn(load) }] },
    output_tokens_per_request: { average: meanOf(perRequest(load, ({ outputTokens }) => outputTokens)) },
    prompt_tokens_per_request: { average: meanOf(perRequest(load, ({ promptTokens }) => promptTokens)) },
    itl: { observations: perRequest(load, ({ itl }) => itl) },
  },
  unavailable: ["queue_depth", "requests_running", "kv_cache_usage"],
};

/** What an application's SDK measures of its calls: seen from outside, with the network. */
export const otelClient: Exporter = {
  name: "otel-client",
  title: "OpenTelemetry GenAI client metrics",
  replicas: [
    {
      instance: "otel-collector-2.example:8889",
      page(moment) {
        const page = new Exposition("go");
        const cycles = cyclesAt(moment, load.perSecond);
        const labels = {
          gen_ai_operation_name: "chat",
          gen_ai_system: "openai",
          gen_ai_request_model: model,
          gen_ai_response_model: model,
          server_address: "llm.example",
        };
        page.histogram("gen_ai_client_operation_duration_seconds", "GenAI operation duration", [
          histogramState(doubling, perRequest(load, e2eOf), cycles, { labels }),
          histogramState(doubling, [{ value: 0.02, weight: failuresIn(load) }], cycles, {
            labels: { ...labels, error_type: "timeout" },
          }),
        ]);
        page.histogram("gen_ai_client_operation_time_to_first_chunk_seconds", "Time to the first chunk", [
          histogramState(doubling, perRequest(load, ttftOf), cycles, { labels }),
        ]);
        return page.text();
      },
    },
  ],
  service: { engines: ["otel-genai"], models: [model] },
  expected: {
    ...only(truthOf([load]), "request_rate", "ttft", "error_rate", "availability"),
    e2e_latency: { observations: [...perRequest(load, e2eOf), { value: 0.02, weight: failuresIn(load) }] },
  },
  unavailable: ["queue_depth", "output_token_rate", "itl"],
};
