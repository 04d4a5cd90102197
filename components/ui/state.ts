import type { Tone } from "./badge";

/** Every state that a thing on a page can be in. */
export type State =
  | "critical"
  | "firing"
  | "failed"
  | "warning"
  | "pending"
  | "cannot_evaluate"
  | "inconclusive"
  | "unknown"
  | "no_data"
  | "progress"
  | "info"
  | "silenced"
  | "paused"
  | "observe"
  | "ok"
  | "resolved"
  | "passed";

/** Word and tone of each state, worst first: the order in which states are gathered and sorted. */
export const STATES: Record<State, { tone: Tone; word: string }> = {
  critical: { tone: "critical", word: "Critical" },
  firing: { tone: "critical", word: "Firing" },
  failed: { tone: "critical", word: "Failed" },
  warning: { tone: "warning", word: "Warning" },
  pending: { tone: "warning", word: "Pending" },
  cannot_evaluate: { tone: "none", word: "Cannot evaluate" },
  inconclusive: { tone: "none", word: "Inconclusive" },
  unknown: { tone: "none", word: "Unknown" },
  no_data: { tone: "none", word: "No data" },
  progress: { tone: "info", word: "In progress" },
  info: { tone: "info", word: "Information" },
  silenced: { tone: "none", word: "Silenced" },
  paused: { tone: "none", word: "Paused" },
  observe: { tone: "none", word: "Observe only" },
  ok: { tone: "ok", word: "Healthy" },
  resolved: { tone: "ok", word: "Resolved" },
  passed: { tone: "ok", word: "Passed" },
};

const RANK = new Map(Object.keys(STATES).map((state, index) => [state, index]));

/** Sorts the worst state first: critical, warning, cannot evaluate, no data, in progress, silenced or paused, ok. */
export function compareStates(a: State, b: State): number {
  return RANK.get(a)! - RANK.get(b)!;
}

/** The worst of several states, or undefined of none. */
export function worstState(states: readonly State[]): State | undefined {
  return [...states].sort(compareStates)[0];
}
