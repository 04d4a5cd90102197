import type { SignalDefinition } from "@/lib/signals/catalogue";
import type { QuantileValue } from "@/lib/signals/schema";
import { format } from "@/lib/units";

/**
 * A number as it was measured. A quantile beyond the last bucket is known to be at least its bound, one in the first
 * bucket at most its: then `value` is that bound.
 */
export interface Measured {
  value: number;
  isAtLeast: boolean;
  isAtMost?: true;
}

/** A quantile that was interpolated between the edges of a bucket; where one edge is open or zero, that bound. */
export function measuredBetween(
  value: number,
  lo: number | null | undefined,
  hi: number | null | undefined,
): Measured {
  if (typeof lo === "number" && hi === null) return { value: lo, isAtLeast: true };
  if (lo === 0 && typeof hi === "number" && hi > 0) return { value: hi, isAtLeast: false, isAtMost: true };
  return { value, isAtLeast: false };
}

/** A quantile of a summary; undefined where it cannot be said. */
export function measuredQuantile(quantile: QuantileValue | undefined): Measured | undefined {
  if (quantile?.value === undefined || quantile.kind === "undetermined") return undefined;
  const { kind, value, lo, hi } = quantile;
  return kind === "at_least" ? { value: lo ?? value, isAtLeast: true } : measuredBetween(value, lo, hi);
}

/** What stands before a number of which only a bound is known. */
export const boundMark = (measured: Measured | undefined): "" | "≥ " | "≤ " =>
  measured?.isAtLeast ? "≥ " : measured?.isAtMost ? "≤ " : "";

/** Whether only a bound of it is known: two such numbers cannot be set against each other. */
export const isBound = (measured: Measured): boolean => boundMark(measured) !== "";

/** `≥ 10 s`. */
export const measuredText = (measured: Measured | undefined, unit: SignalDefinition["unit"]): string =>
  `${boundMark(measured)}${format(measured?.value, unit)}`;

/** Whether a value is on the good side of its signal's target; true where there is none. */
export function meetsTarget(
  { target, better }: Pick<SignalDefinition, "target" | "better">,
  value: number,
): boolean {
  if (target === undefined) return true;
  return better === "lower" ? value < target.value : value >= target.value;
}

/** The same of a number of which only a bound may be known: undefined where the target lies on its open side. */
export function isTargetMet(
  definition: Pick<SignalDefinition, "target" | "better">,
  measured: Measured,
): boolean | undefined {
  const { target, better } = definition;
  const { value, isAtLeast, isAtMost } = measured;
  if (target === undefined) return true;
  if (isAtLeast && value < target.value) return undefined;
  if (isAtMost) return value > target.value ? undefined : better === "lower" || value === target.value;
  return meetsTarget(definition, value);
}
