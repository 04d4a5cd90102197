import { cyclesAt, type Exporter, loaded, type Moment } from "./exporter";
import { Exposition, type Labels } from "./exposition";
import { outputTokensOf, runningOf, truthOf } from "./truth";
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

/*
 * A vLLM whose page is wrong in every way that was met or can be thought of. Where one family lies, the others tell the
 * truth, so that a console can still show those.
 */

const model = 'broken "model" \\ {1}, $by';
const load = workload({
  seed: 201,
  failures: { "5xx": 1 },
  queue: 0.02,
  prefill: 0.1,
  itl: 0.02,
  promptTokens: 300,
  outputTokens: 50,
});

const ttftBounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const e2eBounds = [0.5, 1, 2.5, 5, 10];
const itlBounds = [0.01, 0.025, 0.05, 0.1];

const long = "x".repeat(10_000);

function brokenPage(moment: Moment): string {
  const page = new Exposition("plain");
  const cycles = cyclesAt(moment, load.perSecond);
  const labels = { engine: "0", model_name: model };
  page.gauge("vllm:num_requests_running", "Number of requests in model execution batches.", [
    [labels, loaded(runningOf(load), moment)],
  ]);
  // Not a number, and less than everything.
  page.gauge("vllm:num_requests_waiting", "Number of requests waiting to be processed.", [
    [labels, Number.NaN],
  ]);
  page.gauge("vllm:kv_cache_usage_perc", "KV-cache usage. 1 means 100 percent usage.", [
    [labels, Number.NEGATIVE_INFINITY],
  ]);
  // A counter that falls at every scrape, which is not a restart.
  page.counter("vllm:prompt_tokens_total", "Number of prefill tokens processed.", [
    [labels, 1e9 - cycles * 100],
  ]);
  // A counter declared as a gauge.
  page.gauge("vllm:generation_tokens_total", "Number of generation tokens processed.", [
    [labels, cycles * outputTokensOf(load)],
  ]);
  page.counter("vllm:request_success_total", "Count of successfully processed requests.", [
    [{ ...labels, finished_reason: "stop" }, cycles * load.served.length],
  ]);
  // A counter that is not a number.
  page.counter("vllm:num_preemptions_total", "Cumulative number of preemption from the engine.", [
    [labels, Number.NaN],
  ]);
  notMonotone(page, labels, cycles);
  boundsTwice(page, labels, cycles);
  withoutInfinity(page, labels, cycles);
  // Buckets that are not numbers beside a sum that is.
  page.header(
    "vllm:request_queue_time_seconds",
    "histogram",
    "Histogram of time spent in WAITING phase for request.",
  );
  for (const le of ["0.3", "1", "+Inf"])
    page.sample("vllm:request_queue_time_seconds_bucket", { ...labels, le }, Number.NaN);
  page.sample("vllm:request_queue_time_seconds_sum", labels, cycles);
  page.sample("vllm:request_queue_time_seconds_count", labels, cycles * load.served.length);
  // A bucket whose bound is no number.
  page.header(
    "vllm:request_decode_time_seconds",
    "histogram",
    "Histogram of time spent in DECODE phase for request.",
  );
  const decode = histogramState(e2eBounds, perRequest(load, decodeOf), cycles);
  for (const [index, bound] of [...e2eBounds.map(String), "+Inf"].entries())
    page.sample(
      "vllm:request_decode_time_seconds_bucket",
      { ...labels, le: bound },
      decode.cumulative[index]!,
    );
  page.sample("vllm:request_decode_time_seconds_bucket", { ...labels, le: "many" }, cycles);
  page.sample("vllm:request_decode_time_seconds_sum", labels, decode.sum);
  page.sample("vllm:request_decode_time_seconds_count", labels, decode.cumulative.at(-1)!);
  const route = { handler: "/v1/chat/completions", method: "POST" };
  page.counter("http_requests_total", "Total number of requests by method, status and handler.", [
    [{ ...route, status: "2xx" }, cycles * load.served.length],
    [{ ...route, status: "5xx" }, cycles * failuresIn(load)],
    [{ handler: `/v1/${long}`, method: "GET", status: "2xx" }, 0],
  ]);
  // What should not be in a label.
  page.counter("app_chat_messages_total", "Messages by user.", [
    ...Array.from(
      { length: 500 },
      (_, index) => [{ user_email: `user-${index}@example.com` }, cycles] as const,
    ),
  ]);
  page.gauge("app_config_info", "Configuration in force.", [[{ text: `${long}"\\\n` }, 1]]);
  return page.text();
}

/** The bucket up to 0.25 s holds fewer than the one up to 0.1 s, by one in a cycle, as of counters read one after another. */
function notMonotone(page: Exposition, labels: Labels, cycles: number): void {
  const state = histogramState(ttftBounds, perRequest(load, ttftOf), cycles, { labels });
  const cumulative = state.cumulative.map((count, index) =>
    index === 2 ? (state.cumulative[1] ?? 0) - cycles : count,
  );
  page.histogram("vllm:time_to_first_token_seconds", "Histogram of time to first token in seconds.", [
    { ...state, cumulative },
  ]);
}

/** The bucket of one second stands twice, as two releases of a client print it. */
function boundsTwice(page: Exposition, labels: Labels, cycles: number): void {
  const name = "vllm:e2e_request_latency_seconds";
  const state = histogramState(e2eBounds, perRequest(load, e2eOf), cycles, { labels });
  page.histogram(name, "Histogram of e2e request latency in seconds.", [state]);
  page.sample(`${name}_bucket`, { ...labels, le: "1.0" }, state.cumulative[1]!);
}

function withoutInfinity(page: Exposition, labels: Labels, cycles: number): void {
  const name = "vllm:inter_token_latency_seconds";
  const state = histogramState(itlBounds, perGap(load), cycles, { labels });
  page.header(name, "histogram", "Histogram of inter-token latency in seconds.");
  for (const [index, bound] of itlBounds.entries())
    page.sample(`${name}_bucket`, { ...labels, le: String(bound) }, state.cumulative[index]!);
  page.sample(`${name}_sum`, labels, state.sum);
  page.sample(`${name}_count`, labels, state.cumulative.at(-1)!);
}

const truth = truthOf([load]);

export const broken: Exporter = {
  name: "broken",
  title: "A vLLM that lies",
  replicas: [{ instance: "broken-1.example:8000", page: brokenPage }],
  service: { engines: ["vllm"], models: [model] },
  expected: {
    request_rate: { value: load.served.length * load.perSecond },
    requests_running: truth.requests_running,
    error_rate: truth.error_rate,
    e2e_latency: truth.e2e_latency,
    output_token_rate: truth.output_token_rate,
    decode_time: truth.decode_time,
    ttft: { ...truth.ttft, orNothing: true },
  },
  nonsense: ["queue_depth", "kv_cache_usage", "prompt_token_rate", "preemption_rate", "queue_time", "itl"],
};

const instances = 10_000;

const each = { running: 3, waiting: 1, tokensPerSecond: 200 };

/** A federation of very many servers, each with a few series. */
export const manyInstances: Exporter = {
  name: "many-instances",
  title: "A federation of 10,000 vLLM servers",
  honorLabels: true,
  interval: "10s",
  replicas: [
    {
      instance: "federation.example:9090",
      page(moment) {
        const page = new Exposition("plain");
        const labels = Array.from({ length: instances }, (_, index) => ({
          instance: `198.51.100.${index % 256}:${8000 + Math.floor(index / 256)}`,
          model_name: "fleet/model",
          engine: "0",
        }));
        const family = (type: "counter" | "gauge", name: string, help: string, value: number) =>
          page[type](
            name,
            help,
            labels.map((one) => [one, value]),
          );
        family(
          "gauge",
          "vllm:num_requests_running",
          "Number of requests in model execution batches.",
          each.running,
        );
        family(
          "gauge",
          "vllm:num_requests_waiting",
          "Number of requests waiting to be processed.",
          each.waiting,
        );
        family(
          "counter",
          "vllm:generation_tokens_total",
          "Number of generation tokens processed.",
          each.tokensPerSecond * Math.floor(moment.uptime),
        );
        return page.text();
      },
    },
  ],
  service: { engines: ["vllm"], models: ["fleet/model"] },
  expected: {
    requests_running: { value: each.running * instances },
    queue_depth: { value: each.waiting * instances },
    output_token_rate: { value: each.tokensPerSecond * instances },
  },
};
