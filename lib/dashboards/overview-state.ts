import { type SignalDefinition, signals } from "@/lib/signals/catalogue";
import { percentile } from "@/lib/signals/percentile";
import type { SignalResult } from "@/lib/signals/schema";
import { format } from "@/lib/units";
import { keyNumbers, queryId } from "./overview";

/** What the page says of a service before any chart: a state of the product's list, and the sentence beside it. */
export interface Finding {
  state: "critical" | "warning" | "cannot_evaluate" | "no_data" | "ok";
  text: string;
  /** The panel or number that shows it. */
  about?: string;
}

const order: Finding["state"][] = ["critical", "warning", "cannot_evaluate", "no_data", "ok"];

/**
 * The state of a service from the answers of its overview, worst first; never empty. Targets are judged over the range
 * on screen, the queue by its last value. Healthy is said only where at least one target could be judged.
 */
export function overviewFindings(results: ReadonlyMap<string, SignalResult>): Finding[] {
  const findings: Finding[] = [];
  let judged = 0;
  let failed: SignalResult | undefined;
  let empty: SignalResult | undefined;

  for (const { id, signal, quantile } of keyNumbers) {
    const result = results.get(queryId(id, "now"));
    if (result === undefined) continue;
    if (result.status === "error") failed ??= result;
    if (result.status === "empty") empty ??= result;
    const definition = signals[signal];
    const value = summaryValue(result, quantile);
    if (definition.target === undefined || value === undefined) continue;
    judged += 1;
    if (meetsTarget(definition, value.value)) continue;
    const course = results.get(queryId(id, "course"));
    findings.push({
      state: definition.kind === "ratio" ? "critical" : "warning",
      text: missedText(definition, quantile, value, lastValue(course)),
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
  if (findings.length === 0)
    findings.push({ state: "ok", text: "Healthy: every target that is measured is met" });
  return findings.sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

/** Whether a value is on the good side of its signal's target; true where there is none. */
export function meetsTarget({ target, better }: SignalDefinition, value: number): boolean {
  if (target === undefined) return true;
  return better === "lower" ? value < target.value : value >= target.value;
}

/** The target in words: `under 500 ms`, `at least 99.9 %`. */
export function targetText({ target, better, unit }: SignalDefinition): string | undefined {
  if (target === undefined) return undefined;
  return `${better === "lower" ? "under" : "at least"} ${format(target.value, unit)}`;
}

function missedText(
  { shortTitle, unit, target, better }: SignalDefinition,
  quantile: number | undefined,
  { value, isAtLeast }: { value: number; isAtLeast: boolean },
  now: number | undefined,
): string {
  const name = quantile === undefined ? shortTitle : `${shortTitle} p${percentile(quantile)}`;
  const number = `${isAtLeast ? "≥ " : ""}${format(value, unit)}`;
  const relation = better === "lower" ? "over" : "under";
  const current = now === undefined ? "" : `; now ${format(now, unit)}`;
  return `${name} ${number}, ${relation} its target of ${format(target?.value, unit)}${current}`;
}

/** The number of a summary: a quantile, or the value over the window. Undefined where it cannot be said. */
export function summaryValue(
  result: SignalResult | undefined,
  quantile?: number,
): { value: number; isAtLeast: boolean } | undefined {
  const summary = result?.summary;
  if (summary === undefined) return undefined;
  if (quantile === undefined)
    return summary.mean === null ? undefined : { value: summary.mean, isAtLeast: false };
  const found = summary.quantiles.find(({ q }) => q === quantile);
  if (found?.value === undefined || found.kind === "undetermined") return undefined;
  return { value: found.value, isAtLeast: found.kind === "at_least" };
}

/** The newest value of an answer's first series, from its last tenth: an older one is not "now". */
export function lastValue(result: SignalResult | undefined): number | undefined {
  if (result?.status !== "ok") return undefined;
  const values = result.series[0]?.values ?? [];
  const recent = values.slice(-Math.max(2, Math.ceil(values.length / 10)));
  return recent.findLast((value): value is number => value !== null);
}
