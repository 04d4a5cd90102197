import "server-only";
import { isInferscopeError } from "@/lib/errors";
import { createPrometheusClient } from "@/lib/prometheus/client";
import type { QueryData } from "@/lib/prometheus/samples";
import type { UpstreamTarget } from "@/lib/upstream/target";
import type { VectorReader } from "../evaluate";
import { exprOf, type GroupSpec } from "../rule";
import type { Observation, Sample } from "../state";
import { compared } from "./compare";

/** What a reader learns beside the values. */
export interface ReaderNotes {
  /** How many series each rule's expression gave last, before it is compared; by rule id, where it has thresholds. */
  seriesOf: Map<string, number>;
  /** Reads that reached nobody: the source is away, or does not answer in time. */
  outages: number;
  /** Reads that were answered, be it with a refusal. */
  answers: number;
}

export const newNotes = (): ReaderNotes => ({ seriesOf: new Map(), outages: 0, answers: 0 });

/** Says nothing about the query: another try may succeed. */
const outageCodes = new Set([
  "upstream_unavailable",
  "upstream_timeout",
  "upstream_unauthorized",
  "rate_limited",
  "unavailable",
  "not_found",
]);

export function failure(error: unknown, notes: ReaderNotes, signal?: AbortSignal): Observation {
  if (signal?.aborted) throw signal.reason;
  if (!isInferscopeError(error)) throw error;
  if (outageCodes.has(error.code)) notes.outages += 1;
  else notes.answers += 1;
  return { kind: "error", message: error.upstream ?? error.detail };
}

function observationOf(data: QueryData): Observation {
  switch (data.type) {
    case "vector":
      return {
        kind: "vector",
        // A native histogram is no number: no comparison keeps it, and no rule of Prometheus takes its value.
        samples: data.series.flatMap(({ labels, value }) => (value === null ? [] : [{ labels, value }])),
      };
    case "scalar":
      return { kind: "vector", samples: [{ labels: {}, value: data.value }] };
    default:
      return { kind: "error", message: "rule result is not a vector or scalar" };
  }
}

/** Reads at one time from a source. Rejects when `signal` aborts. */
export function instantVectorReader(
  target: UpstreamTarget,
  notes: ReaderNotes,
  options: { timeout: number; signal?: AbortSignal },
): VectorReader {
  const client = createPrometheusClient(target);
  return {
    async read(expr, at) {
      try {
        const { data } = await client.query(expr, { ...options, time: at });
        notes.answers += 1;
        return observationOf(data);
      } catch (error) {
        return failure(error, notes, options.signal);
      }
    },
  };
}

const atMs = (seconds: number): number => Math.round(seconds * 1000);

/** The most points that one series of a range query may have, with room for the rounding of a server. */
const mostPoints = 10_000;

/** What a query gave at every slot of a range. */
type Replay = Map<number, Sample[]> | { kind: "error"; message: string };

/**
 * Reads many evaluations that were missed at once: a query is asked for over all of `slots` (Unix seconds, evenly spaced)
 * by its first read, and what lies between them, such as a template's query, one by one.
 */
export function replayReader(
  target: UpstreamTarget,
  slots: readonly number[],
  interval: number,
  queryOffset: number,
  notes: ReaderNotes,
  options: { timeout: number; signal?: AbortSignal },
): VectorReader {
  const client = createPrometheusClient(target);
  const instant = instantVectorReader(target, notes, options);
  const times = slots.map((slot) => Math.round((slot - queryOffset) * 1000) / 1000);
  const isSlot = new Set(times.map(atMs));
  const replays = new Map<string, Promise<Replay>>();

  async function replay(expr: string): Promise<Replay> {
    const found = new Map<number, Sample[]>();
    try {
      for (let first = 0; first < times.length; first += mostPoints) {
        const chunk = times.slice(first, first + mostPoints);
        const { data } = await client.queryRange(expr, {
          ...options,
          start: chunk[0]!,
          end: chunk.at(-1)!,
          step: interval,
        });
        notes.answers += 1;
        for (const { labels, times: at, values } of data)
          for (const [index, time] of at.entries()) {
            const key = atMs(time);
            const samples = found.get(key) ?? [];
            samples.push({ labels, value: values[index]! });
            found.set(key, samples);
          }
      }
      return found;
    } catch (error) {
      return failure(error, notes, options.signal) as { kind: "error"; message: string };
    }
  }

  return {
    async read(expr, at) {
      if (!isSlot.has(atMs(at))) return instant.read(expr, at);
      const known = replays.get(expr) ?? replay(expr);
      replays.set(expr, known);
      const answer = await known;
      return answer instanceof Map ? { kind: "vector", samples: answer.get(atMs(at)) ?? [] } : answer;
    },
  };
}

/**
 * Reads the expression of a rule with thresholds once for all its levels and compares here, which PromQL does in the same
 * way: so it is also known whether there was anything to compare. All else goes through as it is.
 */
export function comparingReader(
  reader: VectorReader,
  rules: GroupSpec["rules"],
  notes: ReaderNotes,
): VectorReader {
  const tiers = new Map(
    rules.flatMap((rule) =>
      rule.comparison === null
        ? []
        : rule.levels.map((level) => [exprOf(rule, level), { rule, threshold: level.threshold! }] as const),
    ),
  );
  const reads = new Map<string, Promise<Observation>>();
  return {
    async read(expr, at) {
      const tier = tiers.get(expr);
      if (tier === undefined) return reader.read(expr, at);
      const key = `${at} ${tier.rule.expr}`;
      const known = reads.get(key) ?? reader.read(tier.rule.expr, at);
      reads.set(key, known);
      const observed = await known;
      if (observed.kind === "error") return observed;
      notes.seriesOf.set(tier.rule.id, observed.samples.length);
      return {
        kind: "vector",
        samples: compared(observed.samples, tier.rule.comparison!, tier.threshold),
      };
    },
  };
}
