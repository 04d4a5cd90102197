import type { SignalId } from "@/lib/signals/catalogue";
import { signals } from "@/lib/signals/catalogue";
import type { SignalQuery } from "@/lib/signals/schema";

/** More than this many reads for the dots of one panel say nothing more. */
const MOST_READS = 4;

/** Returns of which services and signals the queries of a panel have exemplars: latencies, which have histograms. */
export function exemplarReads(queries: readonly SignalQuery[]): { service: string; signal: SignalId }[] {
  const found = new Map<string, { service: string; signal: SignalId }>();
  for (const { service, signal } of queries)
    if (signals[signal].kind === "quantile") found.set(`${service}\n${signal}`, { service, signal });
  return [...found.values()].slice(0, MOST_READS);
}
