import { groupedInteger, MINUS, withoutPaddingZeros } from "./digits";
import { NO_VALUE } from "./format";
import { THIN_SPACE, type Unit } from "./unit";

/** Which way a measurement should go; neutral where neither way is good or bad in itself (prompt tokens/s). */
export type Better = "lower" | "higher" | "neutral";

export type Change = {
  /** `+12.4 % (worse)`, `+0.8 pp (better)`, `0 % (same)`; `–` when there is nothing to compare with. */
  text: string;
  /** neutral: no judgement, because the direction is neutral or the change cannot be said. */
  direction: "better" | "worse" | "same" | "neutral";
};

/** A change that rounds to less than this many percent is none. */
const SAME_PERCENT = 0.05;
/** The nines of an availability move by hundredths of a point, so points are judged ten times finer. */
const SAME_POINTS = 0.005;

/**
 * Returns the change from `previous` to `current` in words that agree with the colour.
 *
 * Both are in the unit's base. With unit `ratio` the change is in percentage points, else relative to
 * `previous`, in percent. Absent or non-finite values, and a relative change from zero, give `–`.
 */
export function formatChange(
  current: number | null | undefined,
  previous: number | null | undefined,
  better: Better,
  unit?: Unit,
): Change {
  const isPoints = unit === "ratio";
  if (!isFiniteNumber(current) || !isFiniteNumber(previous)) return { text: NO_VALUE, direction: "neutral" };
  const label = isPoints ? "pp" : "%";
  if (current === previous) return { text: `0${THIN_SPACE}${label} (same)`, direction: "same" };
  if (!isPoints && previous === 0) return { text: NO_VALUE, direction: "neutral" };
  const change = isPoints ? (current - previous) * 100 : ((current - previous) / Math.abs(previous)) * 100;
  const magnitude = Math.abs(change);
  if (magnitude < (isPoints ? SAME_POINTS : SAME_PERCENT)) {
    return { text: `0${THIN_SPACE}${label} (same)`, direction: "same" };
  }
  const number =
    magnitude >= 999.5
      ? groupedInteger(magnitude)
      : magnitude < 10
        ? withoutPaddingZeros(magnitude.toFixed(isPoints ? 2 : 1))
        : withoutPaddingZeros(magnitude.toPrecision(3));
  const text = `${change < 0 ? MINUS : "+"}${number}${THIN_SPACE}${label}`;
  if (better === "neutral") return { text, direction: "neutral" };
  const direction = change > 0 === (better === "higher") ? "better" : "worse";
  return { text: `${text} (${direction})`, direction };
}

function isFiniteNumber(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
