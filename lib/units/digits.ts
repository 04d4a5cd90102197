/** The sign that people read as minus (U+2212); a hyphen breaks lines and is too short. */
export const MINUS = "\u2212";

/** From here on a number is written with an exponent. */
const EXPONENT_FROM = 1e9;

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** Returns `magnitude` as it will be shown: to three significant digits, or whole from 1,000 on. */
export function roundedForDisplay(magnitude: number): number {
  return magnitude >= 999.5 ? Math.round(magnitude) : Number(magnitude.toPrecision(3));
}

/** Returns `text` without zeros that only pad the decimals: "3.10" is "3.1", "100" stays. */
export function withoutPaddingZeros(text: string): string {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}

/**
 * Returns three significant digits of a non-negative finite number, grouped from 1,000 on ("38.4", "1,013").
 * Below a millionth and from a billion on it is written with an exponent ("4.20e-7", "1.08e292"): a number that long says
 * nothing, and breaks the line it stands in.
 */
export function threeDigits(magnitude: number): string {
  if (magnitude === 0) return "0";
  if (magnitude >= EXPONENT_FROM) return magnitude.toExponential(2).replace("e+", "e");
  return magnitude >= 999.5 ? grouped.format(magnitude) : magnitude.toPrecision(3);
}

/** Returns a whole, non-negative number with its thousands grouped: "9,999". */
export function groupedInteger(magnitude: number): string {
  return magnitude >= EXPONENT_FROM ? threeDigits(magnitude) : grouped.format(magnitude);
}
