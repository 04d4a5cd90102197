import "server-only";
import type { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { problem } from "@/lib/errors";
import { queryableServices } from "@/lib/services/queries";
import { signals } from "@/lib/signals/catalogue";
import type { Dimension } from "@/lib/signals/schema";
import type { MeasuredService } from "@/lib/signals/service";
import { signalExpression, usualBy } from "../signal-expression";
import { usualLevels } from "../usual-set";
import type { RuleSignalView, ruleSignalInputSchema } from "./schema";

const defaultQuantile = 0.99;

/** What one alert may be for; the first that a signal has is offered first. */
const offered: readonly Dimension[] = [
  "version",
  "model",
  "replica",
  "instance",
  "gpu",
  "host",
  "device",
  "type",
  "reason",
];

/**
 * Returns the PromQL that a signal of a service becomes in a rule, as the service is selected now. Throws `not_found` for a
 * service that does not exist.
 */
export async function ruleOfSignal(
  actor: Actor,
  input: z.output<typeof ruleSignalInputSchema>,
): Promise<RuleSignalView> {
  const service = (await queryableServices(actor, [input.service])).get(input.service);
  if (service === undefined) throw problem("not_found", `There is no service "${input.service}".`);
  return signalView(service, input);
}

/** The same for a service that is at hand. */
export function signalView(
  service: MeasuredService,
  { signal, quantile, by = [...usualBy(signal)] }: z.output<typeof ruleSignalInputSchema>,
): RuleSignalView {
  const { unit, better, target } = signals[signal];
  const asked = quantile ?? target?.quantile ?? defaultQuantile;
  const plain = signalExpression(service, { signal, quantile: null, by: [] });
  const isHistogram = plain.expr !== null && plain.isHistogram;
  const split = (dimensions: readonly Dimension[]) =>
    signalExpression(service, { signal, quantile: isHistogram ? asked : null, by: dimensions });
  const found = split(by);
  const whole = split([]).expr;
  const dimensions = offered.filter((dimension) => {
    const { expr } = split([dimension]);
    return expr !== null && expr !== whole;
  });
  const usual = usualLevels(signal, isHistogram ? asked : undefined);
  return {
    service: service.name,
    signal,
    quantile: isHistogram ? asked : null,
    by: [...by],
    source: service.sourceName,
    expr: found.expr,
    reason: found.expr === null ? found.reason : null,
    note: found.expr === null ? null : (found.note ?? null),
    unit,
    comparison: better === "higher" ? "<" : ">",
    isHistogram,
    dimensions,
    usual: usual === undefined ? null : { warning: usual.warning, critical: usual.critical },
  };
}
