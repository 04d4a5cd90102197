import type { PlacedPanel } from "@/lib/dashboards/placement";
import type { SignalId } from "@/lib/signals/catalogue";
import type { SignalResult } from "@/lib/signals/schema";

/** A service that a panel of several shows nothing of, and why. */
export interface MissingService {
  service: string;
  /** The signal whose line in the metric doctor says more; absent where the source is what is the matter. */
  signal?: SignalId;
  why: string;
}

/**
 * The services that a panel of several has nothing of: those that measure nothing of it, those that answered without a
 * line, and those whose source failed or is still waited for. Panels of machines name only the latter, as not every
 * service has a machine of every kind. Empty for a panel of one service, whose face says it, and before any answer.
 */
export function missingServices(
  { panel, services, queries, without }: Pick<PlacedPanel, "panel" | "services" | "queries" | "without">,
  results: ReadonlyMap<string, SignalResult> | undefined,
): MissingService[] {
  if (services.length + without.length < 2 || results === undefined) return [];
  const [lead] = Object.values(panel.queries);
  const missing: MissingService[] = [];
  for (const service of services) {
    const own = queries.filter(({ query }) => query.service === service);
    const [first] = own;
    if (first === undefined) continue;
    const answers = own.flatMap(({ name }) => results.get(name) ?? []);
    if (answers.some(({ series }) => series.length > 0)) continue;
    const { query, source } = first;
    const failed = answers.find(({ status }) => status === "error");
    if (failed !== undefined) missing.push({ service, why: failed.error?.detail ?? "The query failed." });
    else if (answers.length === 0)
      missing.push({ service, why: `${source ?? "Its source"} has not answered yet.` });
    else if (panel.ofMachines !== true)
      missing.push({
        service,
        signal: query.signal,
        why: answers[0]?.reason?.text ?? "Nothing was measured in this range.",
      });
  }
  for (const service of without)
    missing.push({
      service,
      ...(lead === undefined ? {} : { signal: lead.signal }),
      why: "It does not measure this.",
    });
  return missing;
}
