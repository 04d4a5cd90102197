import type { PlannedRead, ReadRole, SignalPlan } from "../plan";

/** What the source answered to one read: series whose values lie on the read's grid, null where there is none. */
export interface ReadResult {
  series: { labels: Record<string, string>; values: (number | null)[] }[];
  warnings: string[];
  /** When a value at one time is of, unix seconds: it may be of the step before. */
  time?: number;
}

/** Seconds by which what was read is older than what was asked for. */
export const lagOf = (read: PlannedRead, result: ReadResult | undefined): number =>
  result?.time === undefined ? 0 : read.end - result.time;

export type ReadPlan = Extract<SignalPlan, { kind: "reads" }>;
export type Results = Partial<Record<ReadRole, ReadResult>>;

/** Whether the source proves that failures would be counted: by the counter's metadata or by a series of it. */
export type CounterProof = "proven" | "unproven";
