import { profiles } from "@/lib/signals/profiles";
import { type LatencySignal, latencySignals } from "./overview";

/** The latency that a service's overview shows first: the first in reading order that one of its profiles measures. */
export const firstLatency = (ids: readonly string[]): LatencySignal =>
  latencySignals.find((signal) =>
    profiles.some(({ id, spellings }) => ids.includes(id) && spellings[signal] !== undefined),
  ) ?? latencySignals[0];
