import type { Comparison } from "../rule";
import type { Sample } from "../state";

/** Whether a value holds against a threshold, by the operator; NaN does for `!=` only. */
export const holds: Record<Comparison, (value: number, threshold: number) => boolean> = {
  ">": (value, threshold) => value > threshold,
  ">=": (value, threshold) => value >= threshold,
  "<": (value, threshold) => value < threshold,
  "<=": (value, threshold) => value <= threshold,
  "==": (value, threshold) => value === threshold,
  "!=": (value, threshold) => value !== threshold,
};

/** Returns the samples that PromQL's comparison of a vector with a number keeps; NaN holds for `!=` only. */
export const compared = (samples: readonly Sample[], comparison: Comparison, threshold: number): Sample[] =>
  samples.filter(({ value }) => holds[comparison](value, threshold));
