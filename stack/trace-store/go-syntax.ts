/**
 * Jaeger is written in Go and shows Go's own parse errors to its callers. These are the few parsers its query API
 * uses, with the same grammar and the same messages (Go's strconv and time packages).
 */

const INT64_MAX = 9_223_372_036_854_775_807n;

/** Quotes text as Go's strconv.Quote does for printable input. */
function quote(text: string): string {
  return JSON.stringify(text);
}

/** Returns a decimal integer of at most `bits` bits; throws Go's strconv error otherwise. */
export function parseInteger(text: string, options: { bits?: 32 | 64; function?: string } = {}): bigint {
  const name = options.function ?? "ParseInt";
  if (!/^[+-]?[0-9]+$/.test(text)) throw new Error(`strconv.${name}: parsing ${quote(text)}: invalid syntax`);
  const value = BigInt(text.replace(/^\+/, ""));
  const max = options.bits === 32 ? 2_147_483_647n : INT64_MAX;
  if (value > max || value < -max - 1n)
    throw new Error(`strconv.${name}: parsing ${quote(text)}: value out of range`);
  return value;
}

/** Returns Go's notion of a boolean: 1, t, T, TRUE, true, True and their opposites. */
export function parseBool(text: string): boolean {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${quote(text)}: invalid syntax`);
}

/**
 * Returns a trace id as 32 lower-case hex digits. Up to 32 digits are accepted, leading zeros may be left out, and
 * the base64 of 16 bytes is taken too, as Jaeger does from 2.20 on.
 */
export function parseTraceId(text: string): string {
  if (/^[A-Za-z0-9+/_-]{22}==$/.test(text)) return Buffer.from(text, "base64").toString("hex");
  if (text.length > 32) throw new Error(`TraceID cannot be longer than 32 hex characters: ${text}`);
  const split = Math.max(text.length - 16, 0);
  for (const part of split > 0 ? [text.slice(0, split), text.slice(split)] : [text]) {
    if (!/^[0-9a-fA-F]+$/.test(part))
      throw new Error(`strconv.ParseUint: parsing ${quote(part)}: invalid syntax`);
  }
  return text.toLowerCase().padStart(32, "0");
}

const DURATION_UNITS: Record<string, bigint> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Returns a Go duration string ("1.5s", "100ms", "1h2m") in nanoseconds. */
export function parseDuration(text: string): bigint {
  const invalid = new Error(`time: invalid duration ${quote(text)}`);
  let rest = text;
  const negative = rest.startsWith("-");
  if (/^[+-]/.test(rest)) rest = rest.slice(1);
  if (rest === "0") return 0n;
  if (rest === "") throw invalid;
  let total = 0n;
  while (rest !== "") {
    const match = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest);
    const whole = match?.[1] ?? "";
    const fraction = match?.[2] ?? "";
    if (whole === "" && fraction === "") throw invalid;
    rest = rest.slice(match?.[0].length ?? 0);
    const unitName = /^[^0-9.]*/.exec(rest)?.[0] ?? "";
    if (unitName === "") throw new Error(`time: missing unit in duration ${quote(text)}`);
    const unit = DURATION_UNITS[unitName];
    if (unit === undefined)
      throw new Error(`time: unknown unit ${quote(unitName)} in duration ${quote(text)}`);
    rest = rest.slice(unitName.length);
    total += BigInt(whole || "0") * unit;
    // Digits beyond a nanosecond of the largest unit change nothing and would only cost time.
    const digits = fraction.slice(0, 18);
    if (digits !== "") total += (BigInt(digits) * unit) / 10n ** BigInt(digits.length);
    if (total > INT64_MAX) throw invalid;
  }
  return negative ? -total : total;
}

const RFC3339_NANO = "2006-01-02T15:04:05.999999999Z07:00";

/** Returns an RFC 3339 time with up to nine fractional digits in nanoseconds since the epoch. */
export function parseTime(text: string): bigint {
  let rest = text;
  const fail = (layoutElement: string): never => {
    throw new Error(
      `parsing time ${quote(text)} as ${quote(RFC3339_NANO)}: cannot parse ${quote(rest)} as ${quote(layoutElement)}`,
    );
  };
  const take = (pattern: RegExp, layoutElement: string): string => {
    const match = pattern.exec(rest);
    if (!match) return fail(layoutElement);
    rest = rest.slice(match[0].length);
    return match[0];
  };
  const year = Number(take(/^[0-9]{4}/, "2006"));
  take(/^-/, "-");
  const month = Number(take(/^[0-9]{2}/, "01"));
  take(/^-/, "-");
  const day = Number(take(/^[0-9]{2}/, "02"));
  take(/^T/, "T");
  const hour = Number(take(/^[0-9]{1,2}/, "15"));
  take(/^:/, ":");
  const minute = Number(take(/^[0-9]{2}/, "04"));
  take(/^:/, ":");
  const second = Number(take(/^[0-9]{2}/, "05"));
  const fraction = /^[.,][0-9]+/.exec(rest)?.[0] ?? "";
  rest = rest.slice(fraction.length);
  const zone = take(/^(?:Z|[+-][0-9]{2}:[0-9]{2})/, "Z07:00");
  if (rest !== "") throw new Error(`parsing time ${quote(text)}: extra text: ${quote(rest)}`);
  const range = (name: string) => {
    throw new Error(`parsing time ${quote(text)}: ${name} out of range`);
  };
  if (month < 1 || month > 12) range("month");
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) range("day");
  if (hour > 23) range("hour");
  if (minute > 59) range("minute");
  if (second > 59) range("second");
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second, 0);
  const offsetMinutes =
    zone === "Z"
      ? 0
      : (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const seconds = BigInt(date.getTime() / 1000 - offsetMinutes * 60);
  return seconds * 1_000_000_000n + BigInt(fraction.slice(1, 10).padEnd(9, "0"));
}

/** Returns nanoseconds since the epoch as Go's time.Time prints itself in UTC. */
export function formatTime(nano: bigint): string {
  const seconds = nano / 1_000_000_000n;
  const fraction = (nano % 1_000_000_000n).toString().padStart(9, "0").replace(/0+$/, "");
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return `${nano} ns`;
  return `${date.toISOString().slice(0, 19).replace("T", " ")}${fraction && `.${fraction}`} +0000 UTC`;
}

/** Returns a flat JSON object of strings; throws with encoding/json's wording otherwise. */
export function parseStringMap(text: string): Map<string, string> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    const first = text.trimStart()[0];
    throw new Error(
      first === undefined || /^[{["]/.test(first)
        ? "unexpected end of JSON input"
        : `invalid character '${first}' looking for beginning of value`,
    );
  }
  if (parsed === null) return new Map();
  if (typeof parsed !== "object" || Array.isArray(parsed))
    throw new Error(`json: cannot unmarshal ${jsonKind(parsed)} into Go value of type map[string]string`);
  const result = new Map<string, string>();
  for (const [key, value] of Object.entries(parsed)) {
    if (value === null) result.set(key, "");
    else if (typeof value === "string") result.set(key, value);
    else throw new Error(`json: cannot unmarshal ${jsonKind(value)} into Go value of type string`);
  }
  return result;
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** Returns JSON as Go's encoder writes it: &, <, > and the two line separators escaped. */
export function goJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
