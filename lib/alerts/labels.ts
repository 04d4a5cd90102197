import { RE2JS } from "re2js";

/** A label set. A label with an empty value is the same as one that is absent. */
export type Labels = Readonly<Record<string, string>>;

/** A condition on one label, as Alertmanager writes it. */
export interface Matcher {
  name: string;
  value: string;
  /** Whether `value` is a regular expression (RE2) that the whole label must match. */
  isRegex: boolean;
  /** False turns it round. Alertmanager's default is true. */
  isEqual: boolean;
}

const separator = 0xff;
const encoder = new TextEncoder();

/**
 * Returns what Prometheus (`model.LabelSet.Fingerprint`) and Alertmanager know a label set by: FNV-1a of 64 bits over the
 * names in order of their bytes, each followed by its value and both by the byte 0xff, as 16 hex digits.
 */
export function fingerprintOf(labels: Labels): string {
  // 64 bits in two halves: the prime is 2^40 + 0x1b3, and every product below stays within 2^53.
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  const add = (byte: number) => {
    low = (low ^ byte) >>> 0;
    const product = low * 0x1b3;
    high = (high * 0x1b3 + Math.floor(product / 2 ** 32) + ((low << 8) >>> 0)) % 2 ** 32;
    low = product >>> 0;
  };
  for (const [name, value] of sortedLabels(labels)) {
    for (const byte of encoder.encode(name)) add(byte);
    add(separator);
    for (const byte of encoder.encode(value)) add(byte);
    add(separator);
  }
  return hex(high) + hex(low);
}

const hex = (half: number) => half.toString(16).padStart(8, "0");

/** Returns the labels that are there, in the order of their names as Go sorts them. */
export function sortedLabels(labels: Labels): [name: string, value: string][] {
  return Object.entries(labels)
    .filter(([, value]) => value !== "")
    .sort(([left], [right]) => compareText(left, right));
}

/** Orders as Go orders strings, by bytes of UTF-8; what JavaScript does differs outside the basic plane. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const [a, b] = [encoder.encode(left), encoder.encode(right)];
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const difference = (a[index] as number) - (b[index] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/**
 * Whether every matcher holds for the label set; none at all hold for any. Throws an `Error` for a regular expression
 * that RE2 refuses.
 */
export function matches(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every(({ name, value, isRegex, isEqual }) => {
    const given = Object.hasOwn(labels, name) ? (labels[name] as string) : "";
    const holds = isRegex ? expressionOf(value).matches(given) : given === value;
    return holds === isEqual;
  });
}

const compiled = new Map<string, RE2JS>();
const keptExpressions = 1000;

function expressionOf(pattern: string): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (compiled.size >= keptExpressions) compiled.clear();
  const expression = RE2JS.compile(pattern);
  compiled.set(pattern, expression);
  return expression;
}
