import type { ChartSeries, Grid, SeriesColor } from "@/components/charts/series";

/** 1 March 2026, 13:00 to 14:00 UTC, a sample every 30 s. */
export const GRID: Grid = { start: 1_772_370_000, end: 1_772_373_600, step: 30 };
const POINTS = 121;

/** Returns the same numbers in [-1, 1) for the same seed (xorshift, 32 bits). */
function noise(seed: number): () => number {
  let state = (seed * 2_654_435_761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2_147_483_648;
  };
}

/** Returns a walk around `level` that ends `drift` higher; never below zero. */
export function walk(seed: number, level: number, spread: number, drift = 0): number[] {
  const next = noise(seed);
  let offset = 0;
  return Array.from({ length: POINTS }, (_, index) => {
    offset = offset * 0.85 + next() * spread;
    return Math.max(0, level + offset + (drift * index) / POINTS);
  });
}

export function line(id: string, color: SeriesColor, values: readonly (number | null)[]): ChartSeries {
  return { id, label: id, color, values };
}

export const REQUEST_RATE = [line("chat-api", 1, walk(1, 38, 2, 4))];

const BOUNDS = [0.25, 0.5, 0.75, 1, 1.5, 2, 2.5];

function bucketOf(values: readonly number[]): { lo: (number | null)[]; hi: (number | null)[] } {
  return {
    lo: values.map((value) => BOUNDS.findLast((bound) => bound < value) ?? 0),
    hi: values.map((value) => BOUNDS.find((bound) => bound >= value) ?? null),
  };
}

const P99 = walk(4, 1.9, 0.12, 1.1);
export const LATENCY: ChartSeries[] = [
  { ...line("p50", "p50", walk(2, 0.62, 0.03, 0.4)), band: bucketOf(walk(2, 0.62, 0.03, 0.4)) },
  { ...line("p95", "p95", walk(3, 1.3, 0.06, 0.6)), band: bucketOf(walk(3, 1.3, 0.06, 0.6)) },
  { ...line("p99", "p99", P99), band: bucketOf(P99) },
];

export const VERSIONS = [
  line("v1.2.0", "reference", walk(5, 0.512, 0.02)),
  line("v1.3.0", "subject", walk(6, 0.508, 0.02, 0.14)),
];

export const EIGHT = ([1, 2, 3, 4, 5, 6, 7, 8] as const).map((slot) =>
  line(`replica-${slot}`, slot, walk(10 + slot, 8 + slot * 6, 1.2, slot === 1 ? 10 : 1)),
);

export const TWO_HUNDRED = Array.from({ length: 200 }, (_, index) =>
  line(`replica-${index + 1}`, ((index % 8) + 1) as SeriesColor, walk(100 + index, 4 + (index % 50), 1)),
);

export const GPUS = ([1, 2, 3, 4] as const).map((slot) =>
  line(
    `gpu ${slot - 1}`,
    slot,
    walk(30 + slot, 0.55 + slot * 0.08, 0.05).map((value) => Math.min(1, value)),
  ),
);

export const QUEUE = [line("waiting", 1, walk(41, 60, 14, 620))];

export const GAPPED = [
  line(
    "chat-api",
    1,
    walk(7, 38, 2).map((value, index) =>
      (index > 38 && index < 64) || (index > 86 && index < 90) || (index > 90 && index < 94) ? null : value,
    ),
  ),
];

export const ONE_POINT = [
  line(
    "chat-api",
    1,
    walk(8, 38, 0).map((value, index) => (index === 60 ? value : null)),
  ),
];

export const ERRORS: ChartSeries[] = [
  line("timeout", 2, walk(51, 0.006, 0.001)),
  line("rate_limit", 1, walk(52, 0.004, 0.001, 0.01)),
  line("oom", 4, walk(53, 0.001, 0.0006)),
  line("model_error", 3, walk(54, 0.0008, 0.0004)),
];

/** Requests a bucket of TTFT, for a distribution: upper bounds in seconds, the last one without an end. */
export const DISTRIBUTION = {
  bounds: [0.05, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 10, null],
  counts: [12, 140, 1_280, 4_930, 3_610, 1_420, 702, 118, 24, 6],
};

/** A distribution a step: the middle moves up over the hour. */
export const HEATMAP = Array.from({ length: POINTS }, (_, index) => {
  const next = noise(900 + index);
  const centre = 3 + (2.2 * index) / POINTS;
  return DISTRIBUTION.bounds.map((_bound, bucket) =>
    index > 70 && index < 76
      ? 0
      : Math.max(0, Math.round(60 * Math.exp(-((bucket - centre) ** 2) / 2.4) * (1 + 0.35 * next()))),
  );
});

export const INTERVALS = [
  { id: "ttft", label: "TTFT p95", estimate: 0.082, low: 0.031, high: 0.134, verdict: "worse" as const },
  { id: "itl", label: "ITL p95", estimate: -0.034, low: -0.061, high: -0.008, verdict: "better" as const },
  {
    id: "error_rate",
    label: "Error rate",
    estimate: 0.012,
    low: -0.044,
    high: 0.069,
    verdict: "same" as const,
  },
  { id: "throughput", label: "Tokens/s", estimate: null, low: null, high: null, verdict: "no_data" as const },
];

/** Lines as those of an hour before, which others are set against. */
const before = (series: readonly ChartSeries[], seed: number, spread: number): ChartSeries[] =>
  series.map((each, index) => ({
    ...each,
    id: `${each.id}~before`,
    label: `${each.label}, 1 h before`,
    color: series.length === 1 ? "reference" : each.color,
    against: { id: each.id, words: "1 h before" },
    band: undefined,
    values: walk(seed + index, (each.values[0] ?? 0) * 0.9, spread),
  }));

export const REQUEST_RATE_BEFORE = before(REQUEST_RATE, 201, 2);
export const LATENCY_BEFORE = before(LATENCY, 211, 0.05);
export const ERRORS_BEFORE = before(ERRORS, 221, 0.0008);

/** From tens of milliseconds to tens of seconds. */
export const WIDE_LATENCY: ChartSeries[] = (["p50", "p95", "p99"] as const).map((name, index) =>
  line(name, name, walk(231 + index, 0.03 * 18 ** index, 0.004 * 18 ** index, index === 2 ? 24 : 0)),
);

/** Slow and fast requests of the hour, each with a trace but the last. */
export const EXEMPLARS = Array.from({ length: 14 }, (_, index) => ({
  time: GRID.start + 120 + index * 251,
  value: 0.3 + ((index * 37) % 14) * 0.19,
  traceId: index === 13 ? null : `4bf92f3577b34da6a3ce929d0e0e47${(0x10 + index).toString(16)}`,
  labels: { instance: `chat-api-v${1 + (index % 2)}-0`, model_name: "llama-3.1-8b-instruct" },
}));

/** Exponential buckets, 8 for each doubling from 10 ms on, as a native histogram has them. */
export const NATIVE_HEATMAP = {
  bounds: Array.from({ length: 88 }, (_, bucket) => 0.01 * 2 ** ((bucket + 1) / 8)),
  counts: Array.from({ length: POINTS }, (_, index) => {
    const next = noise(2_000 + index);
    const centre = 46 + (18 * index) / POINTS;
    return Array.from({ length: 88 }, (_bucket, bucket) =>
      Math.max(0, Math.round(40 * Math.exp(-((bucket - centre) ** 2) / 90) * (1 + 0.5 * next()))),
    );
  }),
};

/** What a chart's gaps are explained with. */
export const EXPLAINED_GAPS = {
  items: [
    {
      start: GRID.start + 38 * 30,
      end: GRID.start + 63 * 30,
      kind: "target_down" as const,
      text: "The one target of chat-api did not answer the scrape.",
    },
    {
      start: GRID.start + 86 * 30,
      end: GRID.start + 90 * 30,
      kind: "restart" as const,
      text: "chat-api-v1-0 started, its counters from zero: a rate takes two scrapes of it.",
    },
    {
      start: GRID.start + 90 * 30,
      end: GRID.start + 93 * 30,
      kind: "no_scrape" as const,
      text: "No target of chat-api was scraped.",
    },
  ],
  notes: ["Requests of chat-api are not counted: whether there were any cannot be said."],
  isPending: false,
  error: null,
  retry: () => {},
};
