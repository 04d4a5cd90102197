import { type SignalId, signals } from "@/lib/signals/catalogue";
import { planSignal } from "@/lib/signals/plan";
import type { Dimension } from "@/lib/signals/schema";
import type { MeasuredService } from "@/lib/signals/service";

/** Alerts look back over five minutes: a shorter window fires on chance, a longer one late. Seconds. */
export const alertWindow = 300;

/** What a rule compares where it is made of a signal. */
export interface RuleSignal {
  signal: SignalId;
  /** Of a histogram; null for what has none. */
  quantile: number | null;
  /** One alert for each of these; one for the whole service where there are none. */
  by: readonly Dimension[];
}

export type SignalExpression =
  | { expr: string; isHistogram: boolean; note: string | undefined }
  | { expr: null; reason: string };

/**
 * Returns the PromQL of a signal of a service as a rule compares it, over five minutes and in the signal's base unit; a
 * reason where the service does not measure it so.
 */
export function signalExpression(
  service: MeasuredService,
  { signal, quantile, by }: RuleSignal,
): SignalExpression {
  const plan = planSignal(
    service,
    {
      id: signal,
      service: service.name,
      signal,
      ...(quantile === null ? {} : { quantiles: [quantile] }),
      ...(by.length === 0 ? {} : { by: [...by] }),
    },
    { start: 0, end: alertWindow, step: alertWindow },
  );
  if (plan.kind !== "reads") return { expr: null, reason: plan.reason.text };
  const [expr] = plan.expr;
  if (expr === undefined)
    return { expr: null, reason: `No single PromQL expression gives ${signals[signal].title} here.` };
  return { expr, isHistogram: plan.spelling.kind === "histogram", note: plan.note };
}

/** By what a signal is split where nothing is said: what is of a device is told for each. */
export const usualBy = (signal: SignalId): readonly Dimension[] =>
  signal === "gpu_xid"
    ? ["gpu", "type"]
    : signal.startsWith("gpu_")
      ? ["gpu"]
      : signal.startsWith("host_")
        ? ["host"]
        : [];
