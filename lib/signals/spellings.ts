import type { CounterName, Spelling } from "./profile";

type OfKind<Kind extends Spelling["kind"]> = Extract<Spelling, { kind: Kind }>;

/** A histogram under one of several names, the newest first. */
export const histogram = (...histograms: string[]): OfKind<"histogram"> => ({
  kind: "histogram",
  histograms,
});

/** A counter under one of several names, the newest first. */
export const counter = (...metrics: string[]): OfKind<"counter"> => ({
  kind: "counter",
  counters: named(...metrics),
});

/** An average from two counters. */
export const mean = (sum: string, count: string): OfKind<"mean"> => ({
  kind: "mean",
  sum: named(sum),
  count: named(count),
});

/** Counters by their names. */
export const named = (...metrics: string[]): CounterName[] => metrics.map((metric) => ({ metric }));

/** A gauge over each window by `over` and over the replicas by `across`; `more` are matchers of its own. */
export const gauge = (
  across: "sum" | "max" | "avg",
  over: "max" | "avg",
  metric: string,
  more?: string,
): OfKind<"expression"> => ({
  kind: "expression",
  expression: `${across}$by(${over}_over_time(${metric}{$selector${more === undefined ? "" : `,${more}`}}[$window]))`,
  metrics: [metric],
});

/** The rate of one counter as a share of that of another. */
export const share = (part: string, whole: string): OfKind<"expression"> => ({
  kind: "expression",
  expression: `sum$by(rate(${part}{$selector}[$window])) / sum$by(rate(${whole}{$selector}[$window]))`,
  metrics: [part, whole],
});

/** The highest of one gauge as a share of that of another, summed over the series that have both. */
export const shareOfGauge = (part: string, whole: string): OfKind<"expression"> => {
  const [parts, wholes] = [part, whole].map((metric) => `max_over_time(${metric}{$selector}[$window])`);
  return {
    kind: "expression",
    expression: `sum$by(${parts}) / sum$by(${wholes} and ${parts})`,
    metrics: [part, whole],
  };
};
