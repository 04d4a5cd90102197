const units = [
  { unit: "y", seconds: 365 * 86_400, onlyWhole: true },
  { unit: "w", seconds: 7 * 86_400, onlyWhole: true },
  { unit: "d", seconds: 86_400, onlyWhole: false },
  { unit: "h", seconds: 3600, onlyWhole: false },
  { unit: "m", seconds: 60, onlyWhole: false },
  { unit: "s", seconds: 1, onlyWhole: false },
  { unit: "ms", seconds: 0.001, onlyWhole: false },
] as const;

const pattern = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** The longest that Prometheus can hold: 2^63 − 1 nanoseconds. */
const longestMs = 9_223_372_036_854;

/**
 * Returns the seconds of a Prometheus duration (`1h30m`, `500ms`, `0`): units from the greatest to the smallest, each
 * once, whole numbers. Throws a `RangeError` in Prometheus's words for anything else.
 */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  if (text === "") throw new RangeError("empty duration string");
  const match = pattern.exec(text);
  if (match === null) throw new RangeError(`not a valid duration string: ${JSON.stringify(text)}`);
  let milliseconds = 0;
  for (const [index, { seconds }] of units.entries())
    milliseconds += Number(match[index + 1] ?? 0) * Math.round(seconds * 1000);
  if (milliseconds > longestMs) throw new RangeError("duration out of range");
  return milliseconds / 1000;
}

/**
 * Returns seconds as Prometheus writes them: `90` is `1m30s`, years and weeks only where they come out even. What lies
 * below a millisecond is cut. Throws a `RangeError` for what is negative or no number.
 */
export function formatDuration(seconds: number): string {
  if (!(seconds >= 0) || seconds === Number.POSITIVE_INFINITY)
    throw new RangeError(`${seconds} s is no duration`);
  // 0.29 s is 289.99999999999994 ms in floating point.
  let rest = Math.floor(Number((seconds * 1000).toPrecision(15)));
  if (rest === 0) return "0s";
  let text = "";
  for (const { unit, seconds: length, onlyWhole } of units) {
    const milliseconds = Math.round(length * 1000);
    if (onlyWhole && rest % milliseconds !== 0) continue;
    const count = Math.floor(rest / milliseconds);
    if (count === 0) continue;
    text += `${count}${unit}`;
    rest -= count * milliseconds;
  }
  return text;
}
