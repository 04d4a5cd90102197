import { groupedInteger, MINUS, roundedForDisplay, threeDigits, withoutPaddingZeros } from "./digits";
import { isCounted, LADDERS, type Step, THIN_SPACE, type Unit } from "./unit";

/** What stands where there is no value. `0` is only for zero. */
export const NO_VALUE = "–";

/** Whole things are written out below this and abbreviated from it on. */
const ABBREVIATED_FROM = 10_000;

/** Past eight decimals of a percent a double has no more to say about a share near 1. */
const MAX_PERCENT_DECIMALS = 8;

export type FormattedParts = { number: string; unit: string };

/**
 * Returns a value as people read it, with its unit after a thin space: `38.4 ms`, `99.96 %`, `1.20 k tok/s`.
 *
 * `value` is in the unit's base: seconds, ratio 0–1, bytes. null, undefined and NaN are `–`; infinity is `∞`.
 * A ratio that is not 1 is never written as 100 %.
 */
export function format(value: number | null | undefined, unit: Unit): string {
  const { number, unit: label } = formatParts(value, unit);
  return label === "" ? number : `${number}${THIN_SPACE}${label}`;
}

/** Returns the number and the unit of {@link format} apart; joined by a thin space they are its answer. */
export function formatParts(value: number | null | undefined, unit: Unit): FormattedParts {
  if (value === null || value === undefined || Number.isNaN(value)) return { number: NO_VALUE, unit: "" };
  const sign = value < 0 ? MINUS : "";
  const magnitude = Math.abs(value);
  if (magnitude === Number.POSITIVE_INFINITY) return { number: `${sign}∞`, unit: baseLabel(unit) };
  if (magnitude === 0) return { number: "0", unit: baseLabel(unit) };
  const parts = partsOf(magnitude, unit);
  return { number: `${sign}${parts.number}`, unit: parts.unit };
}

/**
 * Returns the value with every digit it has, grouped, in the unit's base: `12,431 tok`, `0.0384127 s`.
 * For the hover of a number that was abbreviated. A ratio is in percent.
 */
export function formatExact(value: number | null | undefined, unit: Unit): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NO_VALUE;
  if (!Number.isFinite(value)) return format(value, unit);
  // 15 digits is what a double holds; the sixteenth shows binary noise (0.1 + 0.2).
  const shown = unit === "ratio" ? value * 100 : value;
  const number = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 15 }).format(Math.abs(shown));
  const label = baseLabel(unit);
  return `${value < 0 ? MINUS : ""}${number}${label === "" ? "" : THIN_SPACE + label}`;
}

/** Returns the label of a unit's base: `s`, `%`, `B`, `tok/s`; a bare count has none. */
export function baseLabel(unit: Unit): string {
  if (unit === "seconds") return "s";
  return LADDERS[unit][0]!.label;
}

/**
 * Returns money as it is read, from an amount in the currency's own unit (dollars for USD): `$12.40`; below one, four
 * decimals are kept because a request costs less than a cent: `$0.0042`.
 */
export function formatMoney(amount: number | null | undefined, currency: string): string {
  if (amount === null || amount === undefined || !Number.isFinite(amount)) return NO_VALUE;
  const style = { style: "currency", currency } as const;
  const decimals = new Intl.NumberFormat("en-US", style).resolvedOptions().maximumFractionDigits ?? 2;
  const places = amount !== 0 && Math.abs(amount) < 1 ? 4 : decimals;
  return new Intl.NumberFormat("en-US", {
    ...style,
    minimumFractionDigits: places,
    maximumFractionDigits: places,
  })
    .format(amount)
    .replace("-", MINUS);
}

function partsOf(magnitude: number, unit: Unit): FormattedParts {
  if (unit === "ratio") return { number: percent(magnitude), unit: "%" };
  if (isCounted(unit) && roundedForDisplay(magnitude) < ABBREVIATED_FROM) {
    const number = Number.isInteger(magnitude)
      ? groupedInteger(magnitude)
      : withoutPaddingZeros(threeDigits(magnitude));
    return { number, unit: baseLabel(unit) };
  }
  const step = stepOf(magnitude, LADDERS[unit]);
  if (unit === "seconds" && step.size >= 60) return compoundDuration(magnitude, step);
  const text = threeDigits(magnitude / step.size);
  const isWhole = unit === "bytes" || unit === "bytes_per_second" ? step.size === 1 : unit === "celsius";
  return { number: isWhole || isCounted(unit) ? withoutPaddingZeros(text) : text, unit: step.label };
}

/** The largest step that shows at least 1 after rounding: 999.6 ms is 1.00 s, 59.96 s is 1 min. */
function stepOf(magnitude: number, ladder: readonly Step[]): Step {
  let index = ladder.length - 1;
  while (index > 0 && magnitude < ladder[index]!.size) index--;
  const step = ladder[index]!;
  const above = ladder[index + 1];
  if (above && roundedForDisplay(magnitude / step.size) * step.size >= above.size * (1 - 1e-12)) return above;
  return step;
}

function compoundDuration(magnitude: number, step: Step): FormattedParts {
  const ladder = LADDERS.seconds;
  let index = ladder.indexOf(step);
  const smaller = ladder[index - 1]!;
  let whole = Math.round(magnitude / smaller.size);
  const above = ladder[index + 1];
  // 59 min 59.7 s rounds to the next unit: 1 h, not 60 min.
  if (above && whole * smaller.size >= above.size) {
    index++;
    whole = Math.round(magnitude / step.size);
  }
  const [large, small] = [ladder[index]!, ladder[index - 1]!];
  const per = Math.round(large.size / small.size);
  const first = `${groupedInteger(Math.floor(whole / per))}`;
  const rest = whole % per;
  // Hours of a billion days are below what a double can tell.
  if (rest === 0 || whole >= 1e9) return { number: first, unit: large.label };
  return { number: `${first}${THIN_SPACE}${large.label} ${rest}`, unit: small.label };
}

function percent(magnitude: number): string {
  const shown = magnitude * 100;
  const missing = Math.abs(100 - shown);
  if (magnitude === 1 || missing >= 0.5) return threeDigits(shown);
  // Two digits of what is missing from 100 % keep the nines apart: 99.96 %, 99.954 %, 99.9 %.
  const decimals = Math.min(MAX_PERCENT_DECIMALS, 1 - Math.floor(Math.log10(missing)));
  const scale = 10 ** decimals;
  const towardsTruth =
    magnitude < 1 ? Math.min(Math.round(shown * scale), 100 * scale - 1) : Math.round(shown * scale);
  return withoutPaddingZeros((towardsTruth / scale).toFixed(decimals));
}
