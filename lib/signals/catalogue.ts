import type { SignalDescription } from "./catalogue/definition";
import { gpuSignals } from "./catalogue/gpu";
import { hostSignals } from "./catalogue/host";
import { servingSignals } from "./catalogue/serving";

const descriptions = { ...servingSignals, ...gpuSignals, ...hostSignals };

export type SignalId = keyof typeof descriptions;

/** Every signal that Inferscope knows, in the order in which a list shows them. */
export const signalIds = Object.keys(descriptions) as [SignalId, ...SignalId[]];

/** One canonical measurement of an LLM service. Values are in the unit's base: seconds, bytes, ratios 0–1. */
export interface SignalDefinition extends Omit<SignalDescription, "observed" | "judged"> {
  id: SignalId;
  /** What its histogram observes, in the plural; requests where it has none. */
  observed: "requests" | "tokens";
  /** False where a change alone is neither good nor bad. */
  judged: boolean;
}

/** The definition of each signal by its id. */
export const signals = Object.fromEntries(
  (Object.entries(descriptions) as [SignalId, SignalDescription][]).map(([id, description]) => [
    id,
    { id, observed: "requests", judged: true, ...description },
  ]),
) as { [Id in SignalId]: SignalDefinition };

/** Whether a string is the id of a signal. */
export const isSignalId = (value: string): value is SignalId => Object.hasOwn(descriptions, value);

/** What each percentile tells, in one sentence; the quantile is its key. */
export const quantileExplanations: Record<string, string> = {
  "0.5": "p50: the typical user. Half of all requests were at least this fast.",
  "0.95": "p95: most users. One request in twenty was slower.",
  "0.99": "p99: the worst case that an SLA speaks of. One request in a hundred was slower.",
  "0.999": "p99.9: the tail that capacity is planned by. One request in a thousand was slower.",
  mean: "Mean: the sum of all durations divided by their number, which is exact. A few slow requests pull it up.",
  standardDeviation:
    "Standard deviation: how far requests spread around the mean. It is estimated from the histogram's buckets.",
};
