import { MINUS, withoutPaddingZeros } from "./digits";
import { LADDERS, type Step, type Unit } from "./unit";

export type Scale = {
  /** A value in the unit's base times this is the number on the axis. */
  readonly factor: number;
  /** The unit of the axis, for the chart's title: `ms`, `GiB`, `k tok/s`; empty for a small count. */
  readonly label: string;
  /** Returns the tick of a value given in the unit's base, without the unit: `0.0384` in ms is `38.4`. */
  format(value: number | null | undefined): string;
};

// Made once: making one takes longer than all ticks of a chart.
const sixDigits = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });

/**
 * Returns the one scale in which every number of a chart is written, from the largest magnitude on it.
 *
 * `maxAbs` is in the unit's base; 0 and non-finite values give the base itself. Ticks keep up to six digits,
 * because an axis from 99.95 % to 99.99 % needs them, and no padding zeros.
 */
export function scaleFor(maxAbs: number, unit: Unit): Scale {
  const step = stepFor(Math.abs(maxAbs), unit);
  // Multiplying by 1e3 is exact where dividing by 1e-3 is not.
  const factor = step.size < 1 ? Math.round(1 / step.size) : 1 / step.size;
  return {
    factor,
    label: step.label,
    format(value) {
      if (value === null || value === undefined || Number.isNaN(value)) return "–";
      if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : "∞";
      const text = sixDigits.format(Math.abs(value * factor));
      return (value < 0 && text !== "0" ? MINUS : "") + withoutPaddingZeros(text);
    },
  };
}

function stepFor(magnitude: number, unit: Unit): Step {
  const ladder = LADDERS[unit];
  const base = ladder.find((step) => step.size === 1) ?? ladder[0]!;
  if (!Number.isFinite(magnitude) || magnitude === 0) return base;
  let step = ladder[0]!;
  for (const candidate of ladder) if (magnitude >= candidate.size) step = candidate;
  return step;
}
