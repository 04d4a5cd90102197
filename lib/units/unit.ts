/*
 * Quantities are plain numbers at run time. The optional brand lets a literal or a computed number in, and
 * stops one unit from being passed where another is expected.
 */
type Quantity<Name extends string> = number & { readonly __unit?: Name };

export type Seconds = Quantity<"seconds">;
export type Milliseconds = Quantity<"milliseconds">;
export type Microseconds = Quantity<"microseconds">;
export type UnixSeconds = Quantity<"unix seconds">;
export type Bytes = Quantity<"bytes">;
/** A share, 0 to 1. Never percent. */
export type Ratio = Quantity<"ratio">;

/** Every unit a number on a page can have; numbers are kept in the unit's base (seconds, 0–1, bytes …). */
export const UNITS = [
  "seconds",
  "ratio",
  "bytes",
  "bytes_per_second",
  "requests_per_second",
  "tokens_per_second",
  "events_per_second",
  "requests",
  "tokens",
  "count",
  "watts",
  "celsius",
  "hertz",
  "joules",
] as const;

export type Unit = (typeof UNITS)[number];

/** One step of a unit's ladder: `size` base units, shown as `label`. */
export type Step = { readonly size: number; readonly label: string };

const si = (label: string, gap: string, from: readonly string[] = ["", "k", "M", "G", "T"]): Step[] =>
  from.map((prefix, index) => ({
    size: 1000 ** index,
    label: prefix === "" ? label : label === "" ? prefix : `${prefix}${gap}${label}`,
  }));

/** U+2009, which stands between a number and its unit. */
export const THIN_SPACE = "\u2009";

/** What a unit's numbers are divided by and called, smallest first. */
export const LADDERS: Readonly<Record<Unit, readonly Step[]>> = {
  seconds: [
    { size: 1e-9, label: "ns" },
    { size: 1e-6, label: "µs" },
    { size: 1e-3, label: "ms" },
    { size: 1, label: "s" },
    { size: 60, label: "min" },
    { size: 3600, label: "h" },
    { size: 86_400, label: "d" },
  ],
  ratio: [{ size: 0.01, label: "%" }],
  bytes: ["B", "KiB", "MiB", "GiB", "TiB", "PiB"].map((label, index) => ({ size: 1024 ** index, label })),
  bytes_per_second: si("B/s", "", ["", "k", "M", "G", "T"]),
  requests_per_second: si("req/s", THIN_SPACE),
  tokens_per_second: si("tok/s", THIN_SPACE),
  events_per_second: si("events/s", THIN_SPACE),
  requests: si("req", THIN_SPACE),
  tokens: si("tok", THIN_SPACE),
  count: si("", ""),
  watts: si("W", ""),
  celsius: [{ size: 1, label: "°C" }],
  hertz: si("Hz", ""),
  joules: si("J", ""),
};

/** Whether a unit counts whole things: shown in full up to 9,999 and without padding zeros. */
export function isCounted(unit: Unit): boolean {
  return unit === "count" || unit === "requests" || unit === "tokens";
}
