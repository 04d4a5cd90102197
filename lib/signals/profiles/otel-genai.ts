import { clientStatuses, failureSpellings, orElse } from "../failures";
import { type CounterName, type Profile, type Spelling, versionLabels } from "../profile";
import { histogram, mean } from "../spellings";

/** A metric's names: as translated for Prometheus, and as OpenTelemetry writes them (Prometheus 3), with and without unit. */
const forms = (name: string, unit?: string): string[] => [
  ...(unit === undefined ? [] : [`${name.replaceAll(".", "_")}_${unit}`]),
  name.replaceAll(".", "_"),
  ...(unit === undefined ? [] : [`${name}_${unit}`]),
  name,
];

const seconds = (...names: string[]): Extract<Spelling, { kind: "histogram" }> =>
  histogram(...names.flatMap((name) => forms(name, "seconds")));

const isDotted = (metric: string): boolean => metric.includes(".");
/** A matcher on an attribute, whose label is written as its metric is. */
const matching =
  (attribute: string, matcher: string) =>
  (metric: string): string =>
    `${isDotted(metric) ? `"${attribute}"` : attribute.replaceAll(".", "_")}${matcher}`;

function counters(
  suffix: string,
  metrics: readonly string[],
  matcherOf?: (metric: string) => string,
): CounterName[] {
  return metrics.map((metric) => ({
    metric: `${metric}${suffix}`,
    ...(matcherOf === undefined ? {} : { matchers: matcherOf(metric) }),
  }));
}

const serverDurations = forms("gen_ai.server.request.duration", "seconds");
/** Spring AI's observation, which has buckets only where it was told to. */
const springDurations = "gen_ai_client_operation_seconds";
const clientDurations = [...forms("gen_ai.client.operation.duration", "seconds"), springDurations];
/** Instrumentations that give `token` as the unit get it as a suffix. */
const tokenUsage = [
  "gen_ai_client_token_usage",
  "gen_ai_client_token_usage_tokens",
  "gen_ai_client_token_usage_token",
  ...forms("gen_ai.client.token.usage").filter(isDotted),
];
const failed = matching("error.type", '!=""');
/** Micrometer names the exception, or `none`, in a label of its own. */
const failedInMicrometer = (metric: string): string =>
  isDotted(metric) ? '"error.type"="","error"!~"|none"' : 'error_type="",error!~"|none"';

const tokens = (type: "input" | "output"): Spelling => {
  const ofType = matching("gen_ai.token.type", `="${type}"`);
  return {
    kind: "counter",
    // Spring AI has a counter in the place of the histogram.
    counters: [
      ...counters("_sum", tokenUsage, ofType),
      ...counters("_total", ["gen_ai_client_token_usage"], ofType),
    ],
  };
};
const tokensPerRequest = (type: "input" | "output"): Spelling => {
  const ofType = matching("gen_ai.token.type", `="${type}"`);
  return {
    kind: "mean",
    sum: counters("_sum", tokenUsage, ofType),
    count: counters("_count", tokenUsage, ofType),
  };
};
const ofClients = "As measured by the clients.";

/** What the counts of durations tell. */
const countedIn = (durations: readonly string[], note?: string): Profile["spellings"] => {
  const extras = note === undefined ? {} : { note };
  return {
    request_rate: { kind: "counter", counters: counters("_count", durations), ...extras },
    ...failureSpellings({
      failures: [
        ...counters("_count", durations, failed),
        ...counters("_count", durations, failedInMicrometer).map((one) => ({ ...one, isAdded: true })),
      ],
      total: counters("_count", durations),
      labels: { type: ["error_type", "error.type", "error"] },
      clientTypes: clientStatuses,
      ...extras,
    }),
  };
};

/**
 * OpenTelemetry's GenAI metrics (open-telemetry/semantic-conventions, docs/gen-ai/gen-ai-metrics.md, 1.41): a server's own
 * where there are any, else those of its clients. Failures are requests with an `error.type`.
 */
export const otelGenai: Profile = {
  id: "otel-genai",
  title: "OpenTelemetry GenAI metrics",
  layer: "engine",
  embedsEngines: true,
  sentinels: [...serverDurations, ...clientDurations].map((metric) => `${metric}_count`),
  labels: {
    model: ["gen_ai_request_model", "gen_ai_response_model", "gen_ai.request.model", "gen_ai.response.model"],
    version: ["service_version", "service.version", ...versionLabels],
    instance: ["instance", "service_instance_id", "service.instance.id"],
    gpu: {},
    endpoint: ["gen_ai_operation_name", "gen_ai.operation.name"],
  },
  spellings: {
    ttft: {
      ...seconds("gen_ai.server.time_to_first_token"),
      otherwise: { ...seconds("gen_ai.client.operation.time_to_first_chunk"), note: ofClients },
    },
    itl: {
      ...seconds("gen_ai.server.time_per_output_token"),
      note: "Of each request the mean over its tokens.",
      otherwise: { ...seconds("gen_ai.client.operation.time_per_output_chunk"), note: ofClients },
    },
    e2e_latency: {
      ...seconds("gen_ai.server.request.duration"),
      otherwise: {
        ...seconds("gen_ai.client.operation.duration"),
        note: ofClients,
        otherwise: { ...mean(`${springDurations}_sum`, `${springDurations}_count`), note: ofClients },
      },
    },
    ...orElse(countedIn(serverDurations), countedIn(clientDurations, ofClients)),
    output_token_rate: tokens("output"),
    prompt_token_rate: tokens("input"),
    output_tokens_per_request: tokensPerRequest("output"),
    prompt_tokens_per_request: tokensPerRequest("input"),
  },
};
