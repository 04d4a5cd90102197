import { compareText, type Labels, matches } from "@/lib/alerts/labels";
import type { Matcher } from "./schema";

const operatorOf = ({ isRegex, isEqual }: Matcher): string =>
  isRegex ? (isEqual ? "=~" : "!~") : isEqual ? "=" : "!=";

/** Returns a matcher as Alertmanager writes it: `service=~"chat-.*"`. Source: Alertmanager, pkg/labels/matcher.go. */
export function formatMatcher(matcher: Matcher): string {
  const value = matcher.value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
  return `${matcher.name}${operatorOf(matcher)}"${value}"`;
}

/** Returns matchers in braces, sorted by name, value and operator as Alertmanager sorts them; `{}` for none. */
export function formatMatchers(matchers: readonly Matcher[]): string {
  const sorted = [...matchers].sort(
    (a, b) =>
      compareText(a.name, b.name) ||
      compareText(a.value, b.value) ||
      compareText(operatorOf(a), operatorOf(b)),
  );
  return `{${sorted.map(formatMatcher).join(",")}}`;
}

/** Returns a label set as Prometheus prints it, sorted by name: `{service="chat-api"}`. */
export function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).sort(([a], [b]) => compareText(a, b));
  return `{${pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
}

/** As `matches`; an expression that is not understood here, of another server's silence, matches nothing. */
export function matchesAll(labels: Labels, matchers: readonly Matcher[]): boolean {
  try {
    return matches(labels, matchers);
  } catch {
    return false;
  }
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
