import { LADDERS, type Unit } from "./unit";

/** What people type for what is written with a sign they do not have on the keyboard. */
const SPELLINGS: Readonly<Record<string, string>> = { us: "µs", μs: "µs", m: "min", sec: "s", C: "°C" };

/**
 * Returns the number that a formatted text stands for, in the unit's base, or null when it stands for none
 * (`–`, an empty text, another unit). The inverse of `format`, up to the digits that `format` left out.
 *
 * Any white space may stand between number and unit, or none; a text without a unit is in the unit's base
 * (percent for a ratio only with `%`). A compound duration is summed: `3 min 20 s` is 200.
 */
export function parse(text: string, unit: Unit): number | null {
  const plain = text
    .trim()
    .replace(/\s+/g, " ")
    .replace(/,(?=\d{3})/g, "")
    .replace(/[\u2212\u2013](?=[\d∞])/, "-");
  const isNegative = plain.startsWith("-");
  const pieces = [...plain.replace(/^[+-]/, "").matchAll(/(\d+(?:\.\d+)?(?:e[+-]?\d+)?|∞) ?([^\d∞]*)/gy)];
  if (pieces.length === 0 || pieces.map((piece) => piece[0]).join("") !== plain.replace(/^[+-]/, ""))
    return null;
  if (pieces.length > 1 && unit !== "seconds") return null;
  let total = 0;
  for (const piece of pieces) {
    const size = sizeOf(piece[2]!.trim(), unit);
    if (size === null) return null;
    total += (piece[1] === "∞" ? Number.POSITIVE_INFINITY : Number(piece[1])) * size;
  }
  return isNegative ? -total : total;
}

function sizeOf(label: string, unit: Unit): number | null {
  if (label === "") return 1;
  const wanted = (SPELLINGS[label] ?? label).replaceAll(" ", "");
  const step = LADDERS[unit].find((candidate) => candidate.label.replace(/\s/g, "") === wanted);
  return step ? step.size : null;
}
