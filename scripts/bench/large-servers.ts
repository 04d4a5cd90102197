import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { parseDuration } from "@/lib/units";

/** Writes lines of a file piece by piece, no faster than the disk takes them. */
async function writeLines(file: string, lines: Iterable<string>, signal: AbortSignal): Promise<void> {
  const out = createWriteStream(file);
  const failed = once(out, "error").then(([error]) => Promise.reject(error));
  failed.catch(() => {});
  let piece = "";
  const flush = async () => {
    const isTaken = out.write(piece);
    piece = "";
    // Also lets the process do what else it has to.
    await (isTaken ? wait(0, undefined, { signal }) : Promise.race([once(out, "drain", { signal }), failed]));
  };
  for (const line of lines) {
    piece += line;
    if (piece.length > 1 << 20) await flush();
  }
  await flush();
  out.end("# EOF\n");
  await Promise.race([once(out, "finish", { signal }), failed]);
}

/** A repeatable source of numbers in [0, 1): mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// --- a week of ten series ------------------------------------------------------------------------------------------

const metricPairs = 5;
export const seriesOfPanel = 10;
const weekInterval = 30;
const week = 7 * 86_400;

/** Writes a week of five counters and five gauges with ten series each, sampled every 30 seconds, as OpenMetrics text. */
export function writeWeek(
  file: string,
  { end, signal }: { end: number; signal: AbortSignal },
): Promise<void> {
  function* lines(): Iterable<string> {
    for (let pair = 0; pair < metricPairs; pair += 1)
      for (const type of ["counter", "gauge"] as const) {
        yield `# TYPE page_${type}_${pair} ${type}\n`;
        for (let series = 0; series < seriesOfPanel; series += 1) {
          const random = randomOf(pair * 100 + series + (type === "gauge" ? 50 : 0));
          const suffix = type === "counter" ? "_total" : "";
          const head = `page_${type}_${pair}${suffix}{job="page",instance="${series}"}`;
          let count = 0;
          for (let time = end - week; time <= end; time += weekInterval) {
            count += random() * 30;
            const value = type === "counter" ? count : 50 + 10 * random() + 5 * Math.sin(time / 3600);
            yield `${head} ${value.toFixed(3)} ${time}\n`;
          }
        }
      }
  }
  return writeLines(file, lines(), signal);
}

const forms: readonly ((counter: string, gauge: string) => string)[] = [
  (counter) => `rate(${counter}[5m])`,
  (_, gauge) => gauge,
  (_, gauge) => `avg_over_time(${gauge}[10m])`,
  (counter) => `sum by (instance) (rate(${counter}[10m]))`,
  (_, gauge) => `max by (instance) (${gauge})`,
  (counter) => `increase(${counter}[30m])`,
  (_, gauge) => `max_over_time(${gauge}[30m])`,
  (counter, gauge) => `rate(${counter}[5m]) / on (instance) ${gauge}`,
];

/** The queries of forty panels over {@link writeWeek}'s series, ten lines each. */
export const panelExpressions: readonly string[] = Array.from({ length: metricPairs }, (_, pair) =>
  forms.map((form) => form(`page_counter_${pair}_total`, `page_gauge_${pair}`)),
).flat();

/** The longest window in them, seconds. */
export const longestPanelWindow = parseDuration("30m") ?? 0;

// --- a month of a rule ----------------------------------------------------------------------------------------------

export const ruleSeries = 20;
export const ruleExpression = "sum by (instance) (rate(rule_requests_total[5m]))";
const ruleInterval = 60;
const month = 30 * 86_400;

/** Writes 30 days of the counters that `ruleExpression` reads, sampled every minute, as OpenMetrics text. */
export function writeMonth(
  file: string,
  { end, signal }: { end: number; signal: AbortSignal },
): Promise<void> {
  function* lines(): Iterable<string> {
    yield "# TYPE rule_requests counter\n";
    for (let series = 0; series < ruleSeries; series += 1) {
      const random = randomOf(1_000 + series);
      let count = 0;
      let rate = 10;
      // Half an hour more at the front, of which the first ranges and windows are.
      for (let time = end - month - 1_800; time <= end; time += ruleInterval) {
        rate += (10 - rate) * 0.05 + (random() - 0.5) * 1.2;
        count += Math.max(0, rate) * ruleInterval;
        yield `rule_requests_total{job="rule",instance="${series}"} ${count.toFixed(1)} ${time}\n`;
      }
    }
  }
  return writeLines(file, lines(), signal);
}

// --- many names and series -----------------------------------------------------------------------------------------

export const manyNames = 5_000;
export const manySeries = 100_000;
const llmServices = 12;
const replicas = 4;
const hosts = 64;
const liveInterval = 120;
/** Samples lie before and after now, as no one scrapes. */
const liveSpan = 1_800;

const vllmGauges = ["vllm:num_requests_running", "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc"];
const vllmCounters = ["vllm:request_success", "vllm:generation_tokens", "vllm:prompt_tokens"];
const vllmHistograms = ["vllm:time_to_first_token_seconds", "vllm:e2e_request_latency_seconds"];
const bounds = ["0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"];

interface Family {
  name: string;
  type: "gauge" | "counter" | "histogram";
  /** What follows the family's name in a line, up to the value. */
  series: string[];
}

function llmFamilies(): Family[] {
  const vllm = Array.from({ length: llmServices * replicas }, (_, index) => {
    const service = Math.floor(index / replicas);
    return `job="llm-${service}",instance="10.0.${service}.${index % replicas}:8000",model_name="model-${service % 5}"`;
  });
  const gpus = Array.from(
    { length: hosts },
    (_, host) => `job="dcgm",instance="10.1.0.${host}:9400",gpu="0",UUID="GPU-${host}",modelName="H100"`,
  );
  const machines = Array.from({ length: hosts }, (_, host) => `job="node",instance="10.1.0.${host}:9100"`);
  const of = (labels: readonly string[], suffix = "") => labels.map((text) => `${suffix}{${text}}`);
  return [
    ...vllmGauges.map((name): Family => ({ name, type: "gauge", series: of(vllm) })),
    ...vllmCounters.map((name): Family => ({ name, type: "counter", series: of(vllm, "_total") })),
    ...vllmHistograms.map(
      (name): Family => ({
        name,
        type: "histogram",
        series: vllm.flatMap((labels) => [
          ...bounds.map((le) => `_bucket{${labels},le="${le}"}`),
          ...["_count", "_sum"].map((suffix) => `${suffix}{${labels}}`),
        ]),
      }),
    ),
    { name: "DCGM_FI_DEV_GPU_UTIL", type: "gauge", series: of(gpus) },
    { name: "DCGM_FI_DEV_FB_USED", type: "gauge", series: of(gpus) },
    { name: "node_memory_MemAvailable_bytes", type: "gauge", series: of(machines) },
    { name: "node_uname_info", type: "gauge", series: of(machines) },
  ];
}

const namesOf = ({ name, type, series }: Family): number =>
  type === "histogram" ? new Set(series.map((each) => name + each.split("{")[0])).size : 1;

/**
 * Writes what a large server holds now: 5,000 metric names and 100,000 series, among them those of twelve vLLM services,
 * 64 GPUs and their hosts, as OpenMetrics text.
 */
export function writeManySeries(
  file: string,
  { now, signal }: { now: number; signal: AbortSignal },
): Promise<void> {
  const families = llmFamilies();
  const otherNames = manyNames - families.reduce((sum, family) => sum + namesOf(family), 0);
  const otherSeries = manySeries - families.reduce((sum, { series }) => sum + series.length, 0);
  for (let index = 0; index < otherNames; index += 1) {
    const from = Math.floor((index * otherSeries) / otherNames);
    const to = Math.floor(((index + 1) * otherSeries) / otherNames);
    families.push({
      name: `app_metric_${index}`,
      type: "gauge",
      series: Array.from(
        { length: to - from },
        (_, series) => `{job="app-${index % 50}",instance="10.2.${index % 50}.${series}:8080"}`,
      ),
    });
  }
  function* lines(): Iterable<string> {
    for (const { name, type, series } of families) {
      yield `# TYPE ${name} ${type}\n`;
      for (const each of series)
        for (let time = now - liveInterval; time <= now + liveSpan; time += liveInterval)
          yield `${name}${each} ${type === "gauge" ? 1 : time - now + liveInterval} ${time}\n`;
    }
  }
  return writeLines(file, lines(), signal);
}
