import { quantileExplanations, type SignalDefinition, signals } from "@/lib/signals/catalogue";
import type { LatencySignal } from "./overview";

/** The signals whose title, unit, target or levels the overview says. */
export type OverviewSignal = LatencySignal | "availability" | "queue_depth" | "request_rate";

export type Definitions = Record<OverviewSignal, SignalDefinition>;

/** What the overview takes from the catalogue: a tenth of it, handed over with the page instead of with its scripts. */
export interface OverviewTexts {
  signals: Definitions;
  quantileExplanations: Record<string, string>;
}

const { ttft, itl, e2e_latency, availability, queue_depth, request_rate } = signals;

export const overviewTexts: OverviewTexts = {
  signals: { ttft, itl, e2e_latency, availability, queue_depth, request_rate },
  quantileExplanations,
};
