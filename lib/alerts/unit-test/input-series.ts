import type { Labels } from "../labels";

/** One step of an input series: a value, "stale" for a staleness marker, null for none. */
export type SeriesValue = number | "stale" | null;

/** What is no series, in promtool's manner of speaking. */
export class SeriesSyntaxError extends Error {
  override readonly name = "SeriesSyntaxError";
}

const quotes: Record<string, RegExp> = {
  '"': /"((?:[^"\\\n]|\\.)*)"/y,
  "'": /'((?:[^'\\\n]|\\.)*)'/y,
  "`": /`([^`]*)`/y,
};

/** Reads `name{label="value", …}`, the name as `__name__`. Throws SeriesSyntaxError. */
export function parseMetric(text: string): Labels {
  const labels: Record<string, string> = {};
  let at = 0;
  const space = () => {
    while (/\s/.test(text[at] ?? "")) at++;
  };
  const fail = (expected: string): never => {
    const found = text[at] === undefined ? "end of input" : JSON.stringify(text[at]);
    throw new SeriesSyntaxError(`1:${at + 1}: parse error: unexpected ${found}, expected ${expected}`);
  };
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) return null;
    at += match[0].length;
    return match[1] ?? match[0];
  };
  space();
  const name = take(/[a-zA-Z_:][a-zA-Z0-9_:]*/y);
  if (name !== null) labels.__name__ = name;
  space();
  if (text[at] === "{") {
    at++;
    space();
    while (text[at] !== "}") {
      const label = take(/[a-zA-Z_][a-zA-Z0-9_]*/y) ?? fail("label name");
      space();
      if (text[at] !== "=") fail('"="');
      at++;
      space();
      const quote = text[at] ?? "";
      const raw = (quotes[quote] === undefined ? null : take(quotes[quote])) ?? fail("string");
      labels[label] = quote === "`" ? raw : unescapeString(raw);
      space();
      if (text[at] === ",") {
        at++;
        space();
      } else if (text[at] !== "}") fail('"," or "}"');
    }
    at++;
    space();
  }
  if (at < text.length) fail("end of input");
  return labels;
}

const escapes: Record<string, string> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
};

function unescapeString(raw: string): string {
  return raw.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/gs,
    (whole, ...found) => {
      const [hex, short, long, octal, letter] = found as (string | undefined)[];
      if (letter !== undefined) {
        const known = escapes[letter];
        if (known === undefined) throw new SeriesSyntaxError(`unknown escape sequence ${whole}`);
        return known;
      }
      return String.fromCodePoint(
        octal === undefined
          ? Number.parseInt((hex ?? short ?? long) as string, 16)
          : Number.parseInt(octal, 8),
      );
    },
  );
}

const number = String.raw`(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)`;
const item = new RegExp(
  String.raw`^(?:(_)(?:x(\d+))?|(stale)|([+-]?(?:${number}|inf|nan))(?:([+-](?:${number}|inf|nan)))?(?:x(\d+))?)$`,
  "i",
);

/**
 * Expands the values of an input series: `1 2.5 -3`, `_` for none and `_xN` for N of them, `stale`, `AxN` for A and N more of
 * it, `A+BxN` and `A-BxN` for A and N more, each B further than the one before. Throws SeriesSyntaxError, and a RangeError
 * for more than `most`.
 */
export function expandValues(text: string, most: number): SeriesValue[] {
  const values: SeriesValue[] = [];
  const add = (value: SeriesValue, times: number) => {
    if (values.length + times > most) throw new RangeError(`an input series has more than ${most} values`);
    for (let count = 0; count < times; count++) values.push(value);
  };
  for (const word of text.split(/[ \t]+/)) {
    if (word === "") continue;
    const match = item.exec(word);
    // A word that ends in xN is a name to Prometheus where what is before it has no digits, as in NaNx3.
    if (match === null || /(?:inf|nan|stale)x/i.test(word) || /^(?:STALE|X)/.test(word))
      throw new SeriesSyntaxError(
        word.includes("{{")
          ? "native histograms in input series are not supported here"
          : `parse error: unexpected ${JSON.stringify(word)} in series values`,
      );
    const [, blank, blanks, stale, start, step, times] = match;
    if (blank !== undefined) add(null, blanks === undefined ? 1 : Number(blanks));
    else if (stale !== undefined) add("stale", 1);
    else if (step === undefined) add(numberOf(start as string), 1 + Number(times ?? 0));
    else {
      if (times === undefined)
        throw new SeriesSyntaxError(
          `parse error: unexpected end of ${JSON.stringify(word)} in series values`,
        );
      // Added up one after another, as Prometheus does: the last digits depend on it.
      let value = numberOf(start as string);
      for (let count = 0; count <= Number(times); count++) {
        add(value, 1);
        value += numberOf(step);
      }
    }
  }
  return values;
}

function numberOf(text: string): number {
  const named = /^([+-]?)(inf|nan)$/i.exec(text);
  if (named === null) {
    // An integer with a zero in front is octal to Go.
    const octal = /^([+-]?)0([0-7]+)$/.exec(text);
    return octal === null
      ? Number(text)
      : (octal[1] === "-" ? -1 : 1) * Number.parseInt(octal[2] as string, 8);
  }
  if (named[2]?.toLowerCase() === "nan") return Number.NaN;
  return named[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
