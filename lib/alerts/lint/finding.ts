import type { AlertingRule } from "../rule";

/** A rule as it is linted. */
export interface LintedRule extends AlertingRule {
  /** What is observed notifies nobody. */
  mode?: "observe" | "enforce";
}

/** What a metric is, as its target declares it. */
export type MetricType = "counter" | "gauge";

/** What only the server knows. Undefined where it was not asked or did not answer: then nothing is said of it. */
export interface Facts {
  /** The labels that the series of a metric carry, without `__name__`. */
  labelsOf(metric: string): readonly string[] | undefined;
  /** The finite upper bounds of a histogram's buckets, ascending, by its name without `_bucket`. */
  boundsOf(histogram: string): readonly number[] | undefined;
  seenInLastSevenDays(metric: string): boolean | undefined;
  /** Of a histogram's and a summary's own series it is counter. */
  typeOf(metric: string): MetricType | undefined;
  /** Seconds between two scrapes. */
  scrapeInterval: number | undefined;
  /** The address of the console, without a slash at its end. */
  consoleUrl?: string;
}

export const noFacts: Facts = {
  labelsOf: () => undefined,
  boundsOf: () => undefined,
  seenInLastSevenDays: () => undefined,
  typeOf: () => undefined,
  scrapeInterval: undefined,
};

export const findingIds = [
  "does-not-parse",
  "quantile-out-of-range",
  "histogram-of-all-time",
  "histogram-per-series",
  "histogram-without-le",
  "average-of-quantiles",
  "never-matches",
  "matches-by-all-labels",
  "counter-of-all-time",
  "rate-of-gauge",
  "always-fires",
  "value-in-label",
  "ratio-or-percent",
  "wrong-unit",
  "above-last-bucket",
  "no-bucket-bound",
  "window-too-short",
  "metric-absent",
  "tiers-inverted",
  "severity-contradicts",
  "one-tier",
  "overlaps",
  "cause-pages",
  "without-guidance",
] as const;
export type FindingId = (typeof findingIds)[number];

/** A rule, or several, to put in the place of those that a finding is about. */
export interface Correction {
  /** What it does, for a button. */
  title: string;
  rules: readonly AlertingRule[];
  /** Where the rule stays as it is and shall not notify. */
  mode?: "observe";
}

export interface Finding {
  id: FindingId;
  /** `error`: it never fires, or always; `warning`: it says something else than it seems to; `info`: worth a thought. */
  severity: "error" | "warning" | "info";
  /** The ids of the rules that it is about: of a correction's, all are replaced. */
  rules: readonly string[];
  /** What is really compared, in plain words. */
  text: string;
  /** The best first; none where nobody can know what was meant. */
  corrected: readonly Correction[];
  /** The bounds on both sides of a threshold that lies within a bucket, in the compared unit. */
  bounds?: { below: number | null; above: number | null };
  /** Where in `expr` it is. */
  at?: { from: number; to: number };
}

const order = { error: 0, warning: 1, info: 2 };

/** The worst first, otherwise in the order of `findingIds`. */
export const inOrder = (findings: readonly Finding[]): Finding[] =>
  [...findings].sort(
    (a, b) => order[a.severity] - order[b.severity] || findingIds.indexOf(a.id) - findingIds.indexOf(b.id),
  );
