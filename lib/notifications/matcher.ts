import type { Matcher } from "./schema";

type Labels = Readonly<Record<string, string>>;

const operatorOf = ({ isRegex, isEqual }: Matcher): string =>
  isRegex ? (isEqual ? "=~" : "!~") : isEqual ? "=" : "!=";

/** Returns a matcher as Alertmanager writes it: `service=~"chat-.*"`. Source: Alertmanager, pkg/labels/matcher.go. */
export function formatMatcher(matcher: Matcher): string {
  const value = matcher.value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
  return `${matcher.name}${operatorOf(matcher)}"${value}"`;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Returns matchers in braces, sorted by name, value and operator as Alertmanager sorts them; `{}` for none. */
export function formatMatchers(matchers: readonly Matcher[]): string {
  const sorted = [...matchers].sort(
    (a, b) => compare(a.name, b.name) || compare(a.value, b.value) || compare(operatorOf(a), operatorOf(b)),
  );
  return `{${sorted.map(formatMatcher).join(",")}}`;
}

/** Returns a label set as Prometheus prints it, sorted by name: `{service="chat-api"}`. */
export function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => compare(a, b));
  return `{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
}

/**
 * Says whether every matcher holds for a label set; a label that is absent counts as empty, and a regular expression
 * must match the whole value. No matchers match everything. Source: Alertmanager, pkg/labels/matcher.go.
 */
export function matchesAll(labels: Labels, matchers: readonly Matcher[]): boolean {
  return matchers.every(({ name, value, isRegex, isEqual }) => {
    const given = Object.hasOwn(labels, name) ? labels[name]! : "";
    const isMatch = isRegex ? wholly(value).test(given) : given === value;
    return isMatch === isEqual;
  });
}

const compiled = new Map<string, RegExp>();
const MOST_COMPILED = 1_000;

function wholly(expression: string): RegExp {
  let known = compiled.get(expression);
  if (known === undefined) {
    try {
      known = new RegExp(`^(?:${expression})$`, "s");
    } catch {
      // Of another server's silence, in a dialect of its own: it matches nothing rather than everything.
      known = /(?!)/;
    }
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    compiled.set(expression, known);
  }
  return known;
}

/** What became of a text: its matchers, or where and why it is none. `at` counts characters from 0. */
export type ParsedMatchers = { ok: true; matchers: Matcher[] } | { ok: false; at: number; message: string };

/**
 * Reads matchers as Alertmanager writes them, divided by commas, with or without braces: `severity="critical",
 * service=~"chat-.*"`. A value may stand without quotes where it has none of `{}!=~,"'\` and no space. An empty text is
 * no matchers.
 */
export function parseMatchers(text: string): ParsedMatchers {
  const matchers: Matcher[] = [];
  const space = /\s*/y;
  const skip = (from: number): number => {
    space.lastIndex = from;
    space.exec(text);
    return space.lastIndex;
  };
  const fail = (at: number, message: string): ParsedMatchers => ({ ok: false, at, message });
  let at = skip(0);
  const isBraced = text[at] === "{";
  if (isBraced) at = skip(at + 1);
  const one = /([a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s{}!=~,\\"'`]+))/sy;
  while (at < text.length && text[at] !== "}") {
    one.lastIndex = at;
    const match = one.exec(text);
    if (match === null) return fail(at, 'A matcher such as severity="critical" is expected here');
    const [, name = "", operator = "", quoted, plain = ""] = match;
    const value =
      quoted === undefined
        ? plain
        : quoted.replace(/\\(.)/gs, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
    matchers.push({
      name,
      value,
      isRegex: operator.endsWith("~"),
      isEqual: operator.startsWith("="),
    });
    at = skip(one.lastIndex);
    if (text[at] !== ",") break;
    at = skip(at + 1);
  }
  if (isBraced) {
    if (text[at] !== "}") return fail(at, "The closing } is missing here");
    at = skip(at + 1);
  }
  return at < text.length ? fail(at, "A comma is expected here") : { ok: true, matchers };
}
