import type { Service } from "@/lib/services/schema";
import type { SignalDefinition } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import type { SignalResult } from "@/lib/signals/schema";
import { format, formatExact } from "@/lib/units";
import { boundMark, isTargetMet, type Measured, measuredQuantile, measuredText } from "./bound";
import { doubtFindings } from "./doubts";
import { endToEnd, type KeyNumber, keyNumbers, queryId } from "./overview";
import type { Definitions } from "./overview-texts";

/** What the page says of a service before any chart: a state of the product's list, and the sentence beside it. */
export interface Finding {
  state: "critical" | "warning" | "cannot_evaluate" | "no_data" | "ok";
  text: string;
  /** The panel or number that shows it. */
  about?: string;
  /** How many times its threshold it is; of a share that should be high, how many times the part that may be missing. */
  times?: number;
}

const order: Finding["state"][] = ["critical", "warning", "cannot_evaluate", "no_data", "ok"];

/** What the numbers on screen stand for, and what is said of their end. */
export interface Window {
  /** `over the last 6 hours`. */
  over: string;
  /** `now`, or `at the end` of a range that ended in the past. */
  now: string;
}

/** What is said of a key number: its value over the range and now, and whether that meets its target. */
export interface Judgement {
  whole: Measured | undefined;
  now: Measured | undefined;
  /** Absent where there is no target, or nothing that could be judged. */
  verdict: "met" | "warning" | "critical" | undefined;
}

/**
 * A key number against its target, judged by now: the end of the range, its last five minutes. Of a range whose end is
 * empty, all that can be said is said of the whole of it; before now is known, nothing is.
 */
export function judge(
  results: ReadonlyMap<string, SignalResult> | undefined,
  number: KeyNumber,
  definition: SignalDefinition,
): Judgement {
  const whole = summaryValue(summaryOf(results, number), number.quantile);
  const recent = results?.get(queryId(number.id, "recent"));
  const now = recentValue(recent, number.quantile);
  const judged = now ?? (recent === undefined || recent.status === "error" ? undefined : whole);
  if (definition.target === undefined || judged === undefined) return { whole, now, verdict: undefined };
  const isMet = isTargetMet(definition, judged);
  if (isMet === undefined) return { whole, now, verdict: undefined };
  if (isMet) return { whole, now, verdict: "met" };
  return { whole, now, verdict: now === undefined ? "warning" : severityOf(definition, now) };
}

/** How bad a missed target is. */
export function severityOf(
  { target, better }: Pick<SignalDefinition, "target" | "better">,
  { value }: Measured,
): "warning" | "critical" {
  const { critical } = target ?? {};
  const isBeyond = critical !== undefined && (better === "lower" ? value > critical : value < critical);
  return isBeyond ? "critical" : "warning";
}

/**
 * The state of a service from the answers of its overview, worst first; never empty. Targets are judged by the end of
 * the range on screen, the queue by its last value; a target that only the whole range misses is a warning. Healthy is
 * said only where at least one target could be judged.
 */
export function overviewFindings(
  results: ReadonlyMap<string, SignalResult>,
  window: Window,
  signals: Definitions,
): Finding[] {
  const findings: Finding[] = [];
  const past: Finding[] = [];
  let judged = 0;
  // Any of them: a summary may still be known while the source is gone already.
  const failed = [...results.values()].find(({ status }) => status === "error");
  let empty: SignalResult | undefined;

  for (const number of keyNumbersOf(results, signals)) {
    const { id, signal, quantile } = number;
    const result = summaryOf(results, number);
    if (result?.status === "empty") empty ??= result;
    const definition = signals[signal];
    const { whole, now, verdict } = judge(results, number, definition);
    if (verdict === undefined) continue;
    judged += 1;
    if (verdict !== "met")
      findings.push({
        state: verdict,
        text: missedText(definition, quantile, whole, now, window),
        about: id,
      });
    else if (whole !== undefined && isTargetMet(definition, whole) === false)
      past.push({
        state: "warning",
        text: missedText(definition, quantile, whole, undefined, window),
        about: id,
      });
  }

  const queue = results.get(queryId("queue-depth", "waiting"));
  const depth = lastValue(queue);
  if (depth !== undefined) {
    judged += 1;
    const reached = (signals.queue_depth.thresholds ?? []).filter(({ value }) => depth >= value).at(-1);
    if (reached !== undefined)
      findings.push({
        state: reached.severity,
        text: `${format(depth, "requests")} waiting, over ${format(reached.value, "requests")}`,
        about: "queue-depth",
      });
  }

  findings.push(...doubtFindings(results));
  if (lastValue(results.get(queryId("request-rate", "rate"))) === 0)
    findings.push({ state: "no_data", text: "No traffic at the end of this range", about: "request-rate" });

  if (failed !== undefined)
    findings.push({
      state: "cannot_evaluate",
      text: failed.error?.detail ?? "A data source did not answer.",
    });
  else if (judged === 0 && empty !== undefined)
    findings.push({ state: "no_data", text: empty.reason?.text ?? "Nothing was measured in this range." });
  else if (judged === 0 && results.size > 0)
    findings.push({ state: "cannot_evaluate", text: "None of the targets is measurable here." });
  const [firstPast, ...morePast] = past;
  if (firstPast !== undefined && findings.length === 0)
    findings.push(
      { ...firstPast, text: `Healthy ${window.now}; ${withoutCapital(firstPast.text)}` },
      ...morePast,
    );
  else findings.push(...past);
  if (findings.length === 0)
    findings.push({ state: "ok", text: "Healthy: every target that is measured is met" });
  return findings.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

/** A sentence as the second half of another; abbreviations keep their capitals. */
const withoutCapital = (text: string): string =>
  /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;

/**
 * The line of a key number; undefined where there is none, where it would be an average under a percentile's name, and
 * where each replica has one of its own, none of which is the service's.
 */
export function courseOf(
  results: ReadonlyMap<string, SignalResult> | undefined,
  id: string,
): SignalResult["series"][number] | undefined {
  const course = results?.get(queryId(id, "course"));
  if (course === undefined || course.statistic === "mean") return undefined;
  const isOfReplicas = course.series.some(({ labels }) => labels.replica !== undefined);
  return isOfReplicas && course.series.length > 1 ? undefined : course.series[0];
}

/**
 * How many times its threshold a value is, so that different things can be set in order: a latency of 5 s against 500 ms
 * is 10, an availability of 99 % against 99.9 % too, as ten times as much fails as may.
 */
export function timesThreshold(
  { better, kind }: Pick<SignalDefinition, "better" | "kind">,
  value: number,
  threshold: number,
): number {
  if (better === "lower") return value / threshold;
  return kind === "ratio" ? (1 - value) / (1 - threshold) : threshold / value;
}

/** The target in words: `under 500 ms`, `at least 99.9 %`. */
export function targetText({ target, better, unit }: SignalDefinition): string | undefined {
  if (target === undefined) return undefined;
  return `${better === "lower" ? "under" : "at least"} ${format(target.value, unit)}`;
}

/** The most digits that tell two numbers apart: a double holds no more. */
const mostDigits = 15;

/**
 * A number that misses its signal's target, beside it: `520 ms, above its target of 500 ms`. Both have as many digits as
 * show that they differ.
 */
export function besideTarget(
  measured: Measured | undefined,
  { unit, target, better }: Pick<SignalDefinition, "unit" | "target" | "better">,
  between = "",
): string {
  const relation = (isMet: boolean): string =>
    isMet ? `not ${better === "lower" ? "under" : "over"}` : better === "lower" ? "above" : "under";
  const text = (one: string, other: string, isSame: boolean): string =>
    `${one}${between}, ${relation(isSame)} its target of ${other}`;
  const [one, other] = textsApart(measured, { unit, target });
  return text(
    one ?? "–",
    other,
    one === other || (measured !== undefined && measured.value === target?.value),
  );
}

/** A measured number and its target, with as many digits as tell them apart. */
export function textsApart(
  measured: Measured | undefined,
  { unit, target }: Pick<SignalDefinition, "unit" | "target">,
): [string | undefined, string] {
  const shown: [string | undefined, string] = [measuredText(measured, unit), format(target?.value, unit)];
  if (measured === undefined || target === undefined || measured.value === target.value) return shown;
  if (format(measured.value, unit) !== shown[1]) return shown;
  for (let digits = 3; digits <= mostDigits; digits++) {
    const rounded = Number(measured.value.toPrecision(digits));
    if (rounded !== target.value)
      return [`${boundMark(measured)}${formatExact(rounded, unit)}`, formatExact(target.value, unit)];
  }
  return shown;
}

function missedText(
  definition: SignalDefinition,
  quantile: number | undefined,
  whole: Measured | undefined,
  now: Measured | undefined,
  { over, now: nowWords }: Window,
): string {
  const { shortTitle, unit } = definition;
  const name = quantile === undefined ? shortTitle : `${shortTitle} p${percentile(quantile)}`;
  if (now === undefined) return `${name} ${besideTarget(whole, definition, ` ${over}`)}`;
  const [current, overall] = [measuredText(now, unit), measuredText(whole, unit)];
  const rest = whole === undefined || overall === current ? "" : `; ${overall} ${over}`;
  return `${name} ${besideTarget(now, definition, ` ${nowWords}`)}${rest}`;
}

/** The summary of a key number. */
export const summaryOf = (
  results: ReadonlyMap<string, SignalResult> | undefined,
  { id, summaryId }: KeyNumber,
): SignalResult | undefined => results?.get(summaryId ?? queryId(id, "now"));

/**
 * The key numbers of a service: end-to-end latency takes the place of the first latency that the service does not
 * measure, where it is measured itself; `instead` is that one's name.
 */
export function keyNumbersOf(
  results: ReadonlyMap<string, SignalResult> | undefined,
  signals: Definitions,
): (KeyNumber & { instead?: string })[] {
  const numbers: (KeyNumber & { instead?: string })[] = [...keyNumbers];
  if (summaryValue(summaryOf(results, endToEnd), endToEnd.quantile) === undefined) return numbers;
  const missing = numbers.findIndex((number) => {
    const kind = summaryOf(results, number)?.reason?.kind;
    return number.quantile !== undefined && (kind === "not_measurable" || kind === "metric_not_found");
  });
  const replaced = numbers[missing];
  if (replaced !== undefined)
    numbers[missing] = { ...endToEnd, instead: signals[replaced.signal].shortTitle };
  return numbers;
}

/**
 * Those of a service's known instances that do not report at the end of the range, in its last two points: they fell
 * silent, or had no sample in all of it. The latter can be told only where one engine serves, since another's instances
 * may never have the metric that is asked for here.
 */
export function silentInstances(
  results: ReadonlyMap<string, SignalResult> | undefined,
  { instances, engines }: Pick<Service, "instances" | "engines">,
): string[] {
  const result = results?.get(queryId("service", "instances"));
  if (result?.status !== "ok") return [];
  const reports = new Map<string | undefined, boolean>();
  for (const { labels, values } of result.series) {
    if (values.every((value) => value === null)) continue;
    const isReporting = values.slice(-2).some((value) => value !== null);
    reports.set(labels.instance, isReporting || reports.get(labels.instance) === true);
  }
  // One whose value cannot be reports, if only nonsense, which is said where its numbers are missing.
  for (const instance of result.doubts?.flatMap(({ instances: lying = [] }) => lying) ?? [])
    reports.set(instance, true);
  // Without one that is known, the answer's instances are not those of the list, and none can be missed.
  if (!instances.some((instance) => reports.has(instance))) return [];
  return instances.filter((instance) => !(reports.get(instance) ?? engines.length > 1));
}

/** The number of a summary: a quantile, or the value over the window. Undefined where it cannot be said. */
export function summaryValue(result: SignalResult | undefined, quantile?: number): Measured | undefined {
  const summary = result?.summary;
  if (summary === undefined) return undefined;
  if (quantile === undefined)
    return summary.mean === null ? undefined : { value: summary.mean, isAtLeast: false };
  return measuredQuantile(summary.quantiles.find(({ q }) => q === quantile));
}

/**
 * A number over the last five minutes, of all requests in them together. Undefined where there were none, where the
 * answer failed, and where each replica has a quantile of its own, none of which is the service's.
 */
export function recentValue(result: SignalResult | undefined, quantile?: number): Measured | undefined {
  if (result?.status !== "ok") return undefined;
  const whole = summaryValue(result, quantile);
  if (whole !== undefined || quantile === undefined || result.statistic === "mean") return whole;
  // Quantiles that the source computed by itself are no summary of the window, but lines of one point.
  const lines = result.series.filter((series) => series.quantile === quantile);
  const value = lines.length === 1 ? lines[0]?.values.at(-1) : undefined;
  return value === null || value === undefined ? undefined : { value, isAtLeast: false };
}

/** The newest value of an answer's first series, from its last tenth: an older one is not "now". */
export function lastValue(result: SignalResult | undefined): number | undefined {
  if (result?.status !== "ok") return undefined;
  const values = result.series[0]?.values ?? [];
  const recent = values.slice(-Math.max(2, Math.ceil(values.length / 10)));
  return recent.findLast((value): value is number => value !== null);
}
