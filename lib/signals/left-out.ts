import { noRequests, notNumberAdvice } from "./answers/parts";
import { signals } from "./catalogue";
import type { Gauge } from "./gauges";
import type { SignalPlan } from "./plan";
import { implausible, plausibleRange } from "./plausible";
import type { Doubt, SignalResult } from "./schema";

/** A gauge's value at one instance that cannot be: of its series there the highest, in the gauge's own unit. */
export interface LeftOut {
  gauge: string;
  instance: string;
  value: number;
}

type ReadPlan = Extract<SignalPlan, { kind: "reads" }>;

/** So many instances are named in a doubt; a service of more lies as a whole. */
const mostNamed = 1_000;

/**
 * An answer with what was left out of it: in its note how many instances, and a doubt for each gauge. One that has
 * nothing besides says why instead.
 */
export function withLeftOut(plan: ReadPlan, result: SignalResult, found: readonly LeftOut[]): SignalResult {
  // A ratio that an exporter computes is 0/0 where nothing happened.
  const isIdle = (value: number): boolean =>
    Number.isNaN(value) && signals[plan.query.signal].kind === "ratio";
  const own = found.filter(({ gauge }) => plan.gauges.some(({ metric }) => metric === gauge));
  const lies = own.filter(({ value }) => !isIdle(value));
  const isMissing = result.status === "empty" && result.reason === undefined;
  if (lies.length === 0) return isMissing && own.length > 0 ? { ...result, reason: noRequests } : result;

  const doubts = plan.gauges.flatMap((gauge, index): Doubt[] => {
    if (plan.gauges.findIndex(({ metric }) => metric === gauge.metric) !== index) return [];
    const ofIt = lies.filter(({ gauge: name }) => name === gauge.metric);
    return ofIt.length === 0 ? [] : [doubtOf(plan, gauge, ofIt)];
  });
  if (isMissing) {
    const [doubt] = doubts;
    const isNumber = doubts.some(({ kind }) => kind === "implausible");
    return {
      ...result,
      ...(isNumber ? { status: "unavailable" as const } : {}),
      reason: {
        kind: isNumber ? "not_measurable" : "no_samples",
        text: doubt?.text ?? "",
        ...(doubt?.metric === undefined ? {} : { metric: doubt.metric }),
      },
      doubts: [...(result.doubts ?? []), ...doubts],
    };
  }
  if (result.status !== "ok") return result;
  const instances = new Set(lies.map(({ instance }) => instance)).size;
  const leftOut = `The values of ${instances} instance${instances === 1 ? "" : "s"} are left out: ${doubts[0]?.text}`;
  return {
    ...result,
    note: [result.note, leftOut].filter((part) => part !== undefined).join(" "),
    doubts: [...(result.doubts ?? []), ...doubts],
  };
}

function doubtOf(plan: ReadPlan, gauge: Gauge, lies: readonly LeftOut[]): Doubt {
  const { signal } = plan.query;
  const { metric, min, scale } = gauge;
  const shown = lies.find(({ value }) => Number.isFinite(value)) ?? lies[0];
  const value = shown?.value ?? Number.NaN;
  const where = shown?.instance ? ` of ${shown.instance}` : "";
  const others = lies.length > 1 ? ` So it is at ${lies.length - 1} more.` : "";
  const instances = lies.flatMap(({ instance }) => (instance === "" ? [] : [instance])).slice(0, mostNamed);
  const common = { metric, ...(instances.length === 0 ? {} : { instances }) };
  if (!Number.isFinite(value))
    return {
      ...common,
      kind: "not_a_number",
      text: `\`${metric}\`${where} is not a number (NaN), or infinite.${others}`,
      advice: notNumberAdvice,
    };
  const written = `\`${metric}\`${where} is ${String(value).replace("-", "−")}`;
  const { advice, text } = implausible(value * scale, signal, metric);
  if (value < min)
    return {
      ...common,
      kind: "implausible",
      text: `${written}, which cannot be: it is never below ${String(min).replace("-", "−")}.${others}`,
      advice,
    };
  const isRatio = signals[signal].unit === "ratio" && value * scale > plausibleRange(signals[signal]).max;
  return {
    ...common,
    kind: "implausible",
    text: `${written}, which cannot be${isRatio ? `. ${text}` : ": it is never that much."}${others}`,
    advice,
  };
}
