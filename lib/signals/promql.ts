import type { CounterName } from "./profile";

/** One label matcher of a selector. */
export interface Matcher {
  label: string;
  op: "=" | "!=" | "=~" | "!~";
  value: string;
}

const classicLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const classicMetric = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** Whether a metric or label can be named without quotes, as every server reads it; others need Prometheus 3. */
export const isClassicName = (name: string): boolean => classicMetric.test(name);

/** A PromQL string literal. PromQL takes Go's escapes, of which JSON's are a part. */
export const quoted = (text: string): string => JSON.stringify(text);

/** A regular expression (RE2, anchored by PromQL) that matches exactly this text. */
export const literalPattern = (text: string): string => text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");

/** A label or metric name as it stands in PromQL: names with other characters are quoted (Prometheus 3). */
const labelName = (label: string): string => (classicLabel.test(label) ? label : quoted(label));

/** A matcher for one of several values: `=` for one, an alternation for more, and nothing matches an empty list. */
export function oneOf(label: string, values: readonly string[]): Matcher {
  const [first] = values;
  if (values.length === 1 && first !== undefined) return { label, op: "=", value: first };
  return { label, op: "=~", value: values.map(literalPattern).join("|") };
}

/** Matchers as they stand between braces, in the given order: `job="chat-api",version="v1"`. */
export const matchersText = (matchers: readonly Matcher[]): string =>
  matchers.map(({ label, op, value }) => `${labelName(label)}${op}${quoted(value)}`).join(",");

/** A selector of one metric: `name{…}`, bare without matchers, the name within the braces where it must be quoted. */
export function selector(metric: string, matchers: readonly Matcher[], more?: string): string {
  const inner = [matchersText(matchers), more ?? ""].filter((part) => part !== "").join(",");
  if (classicMetric.test(metric)) return inner === "" ? metric : `${metric}{${inner}}`;
  return `{${[quoted(metric), inner].filter((part) => part !== "").join(",")}}`;
}

/** Seconds as a PromQL duration, in the largest unit that leaves no remainder: 90 → `90s`, 21600 → `6h`. */
export function promDuration(seconds: number): string {
  const milliseconds = Math.max(1, Math.round(seconds * 1000));
  for (const [unit, size] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const)
    if (milliseconds % size === 0) return `${milliseconds / size}${unit}`;
  return `${milliseconds}ms`;
}

/** A grouping clause with its spaces, or a bare nothing: ` by (le, version) `. */
export const groupingText = (labels: readonly string[]): string =>
  labels.length === 0 ? "" : ` by (${labels.map(labelName).join(", ")}) `;

/** Tell targets apart: what comes through a collector has its address as the instance, and pods may have none. */
const ofTarget = "instance, exported_instance, pod";

/**
 * `rate(…)` of a counter, each target giving the first spelling that it has; the others of a target are left out even
 * where their labels differ. What is added gets a label of its own, so that it stands beside the others and is summed
 * with them.
 */
export function ratesOf(
  counters: readonly CounterName[],
  { matchers, window }: { matchers: readonly Matcher[]; window: number },
): string {
  return counters
    .map(({ metric, matchers: more, isAdded }, index) => {
      const rate = `rate(${selector(metric, matchers, more)}[${promDuration(window)}])`;
      if (index === 0) return rate;
      return isAdded
        ? ` or label_replace(${rate}, "added", "${index}", "", "")`
        : ` or on (${ofTarget}) ${rate}`;
    })
    .join("");
}

/** `sum by (…) (…)`. */
export const sumOf = (expr: string, by: readonly string[]): string => `sum${groupingText(by)}(${expr})`;

/** `count by (…) (…)`. */
export const countOf = (expr: string, by: readonly string[]): string => `count${groupingText(by)}(${expr})`;

/** `sum(rate(…))` of a counter. */
export const rateOf = (
  counters: readonly CounterName[],
  { by, ...scope }: { matchers: readonly Matcher[]; window: number; by: readonly string[] },
): string => sumOf(ratesOf(counters, scope), by);

/** How many series of a counter there are. */
export const presenceOf = (
  counters: readonly CounterName[],
  { matchers, by }: { matchers: readonly Matcher[]; by: readonly string[] },
): string =>
  `count${groupingText(by)}(${counters.map(({ metric, matchers: more }) => selector(metric, matchers, more)).join(" or ")})`;

/** When a counter's first sample in the window was taken, unix seconds, found to within `step` seconds. */
export const firstSampleOf = (
  counters: readonly CounterName[],
  {
    matchers,
    window,
    step,
    by,
  }: { matchers: readonly Matcher[]; window: number; step: number; by: readonly string[] },
): string => {
  const times = counters
    .map(({ metric, matchers: more }) => `timestamp(${selector(metric, matchers, more)})`)
    .join(" or ");
  return `min${groupingText(by)}(min_over_time((${times})[${promDuration(window)}:${promDuration(step)}]))`;
};

/**
 * Fills an expression's `$selector`, `$window` and `$by`. Braces that would begin or end with a comma because the
 * selector is empty are tidied.
 */
export function fillTemplate(
  template: string,
  { matchers, window, by }: { matchers: readonly Matcher[]; window: number; by: readonly string[] },
): string {
  const tidy =
    matchers.length > 0
      ? template
      : template.replaceAll("{$selector}", "").replaceAll("{$selector,", "{").replaceAll(",$selector}", "}");
  const filling: Record<string, string> = {
    selector: matchersText(matchers),
    window: promDuration(window),
    by: groupingText(by),
  };
  // One pass, so that a label value that looks like a placeholder stays what it is.
  return tidy.replace(/\$(selector|window|by)/g, (_, name: string) => filling[name] ?? "");
}
