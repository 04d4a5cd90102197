import type { ExemplarSeries } from "@/lib/prometheus/schema";

/** One observation that left the id of its trace behind. Time in Unix seconds, value in the signal's base unit. */
export interface Exemplar {
  time: number;
  value: number;
  traceId: string | null;
  spanId: string | null;
  /** Those of the series and the exemplar's own, without the ids and the bucket. */
  labels: Record<string, string>;
}

/** What client libraries call the ids; OpenMetrics fixes no name, OpenTelemetry writes the first ones. */
const traceLabels = ["trace_id", "traceID", "traceId", "TraceID", "traceid"];
const spanLabels = ["span_id", "spanID", "spanId", "SpanID", "spanid"];

/**
 * Returns the exemplars of a range (Unix seconds), by ascending time, each once, values times `scale`. Of more than `most`
 * the highest and the lowest of each stretch of time are kept, as those are the ones to look into.
 */
export function exemplarsIn(
  series: readonly ExemplarSeries[],
  { start, end, scale = 1, most }: { start: number; end: number; scale?: number; most: number },
): { items: Exemplar[]; of: number } {
  const found = new Map<string, Exemplar>();
  for (const { seriesLabels, exemplars } of series)
    for (const { labels, value, timestamp } of exemplars) {
      if (!Number.isFinite(value) || timestamp < start || timestamp > end) continue;
      const exemplar = {
        time: timestamp,
        value: value * scale,
        traceId: firstOf(labels, traceLabels),
        spanId: firstOf(labels, spanLabels),
        labels: shownLabels({ ...seriesLabels, ...labels }),
      };
      // A bucket and those above it may each name the same observation.
      found.set(JSON.stringify([timestamp, value, exemplar.traceId]), exemplar);
    }
  const all = [...found.values()].sort((a, b) => a.time - b.time);
  return { items: all.length <= most ? all : extremes(all, { start, end, most }), of: all.length };
}

function extremes(
  all: readonly Exemplar[],
  { start, end, most }: { start: number; end: number; most: number },
): Exemplar[] {
  const stretches = Math.max(1, Math.floor(most / 2));
  const length = Math.max(1e-9, (end - start) / stretches);
  const ends = new Map<number, { low: Exemplar; high: Exemplar }>();
  for (const one of all) {
    const at = Math.min(stretches - 1, Math.floor((one.time - start) / length));
    const known = ends.get(at);
    if (known === undefined) ends.set(at, { low: one, high: one });
    else {
      if (one.value < known.low.value) known.low = one;
      if (one.value > known.high.value) known.high = one;
    }
  }
  return [...new Set([...ends.values()].flatMap(({ low, high }) => [low, high]))].sort(
    (a, b) => a.time - b.time,
  );
}

const firstOf = (labels: Record<string, string>, names: readonly string[]): string | null =>
  names.map((name) => labels[name]).find((value) => value !== undefined && value !== "") ?? null;

const hidden = new Set(["__name__", "le", ...traceLabels, ...spanLabels]);
const shownLabels = (labels: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).filter(([name]) => !hidden.has(name)));
