import type { FindingView } from "@/lib/alerts/lint/schema";

/** What each kind of finding is called where many are counted. */
export const findingWords: Record<FindingView["id"], string> = {
  "does-not-parse": "Does not parse",
  "quantile-out-of-range": "Quantile out of range",
  "histogram-of-all-time": "Histogram of all time",
  "histogram-per-series": "Histogram by series",
  "histogram-without-le": "Histogram without le",
  "average-of-quantiles": "Average of quantiles",
  "never-matches": "Never matches",
  "matches-by-all-labels": "Matches by all labels",
  "counter-of-all-time": "Counter of all time",
  "rate-of-gauge": "Rate of a gauge",
  "always-fires": "Always fires",
  "value-in-label": "Value in a label",
  "ratio-or-percent": "Share or percentage",
  "wrong-unit": "Unit of the threshold",
  "above-last-bucket": "Above the last bucket",
  "no-bucket-bound": "No bucket bound",
  "window-too-short": "Window too short",
  "metric-absent": "Metric absent",
  "tiers-inverted": "Tiers inverted",
  "severity-contradicts": "Severity contradicts",
  "one-tier": "One tier",
  overlaps: "Overlaps",
  "cause-pages": "Cause that pages",
  "without-guidance": "Without what to do",
};
