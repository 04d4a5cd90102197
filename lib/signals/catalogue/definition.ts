import type { Unit } from "@/lib/units/unit";

/** How a signal's value comes about: `quantile` from a histogram, `rate` from a counter, `ratio` of two counters. */
export type SignalKind = "quantile" | "rate" | "gauge" | "ratio";

/** A level that a chart marks. `critical` and `warning` say which colour and word it gets. */
export interface Threshold {
  value: number;
  severity: "warning" | "critical";
  label: string;
}

/** What a catalogue file says of one canonical measurement. Values are in the unit's base: seconds, bytes, ratios 0–1. */
export interface SignalDescription {
  title: string;
  /** For a table's column or a narrow card. */
  shortTitle: string;
  unit: Unit;
  kind: SignalKind;
  /** Which direction is good; colours and words of a change follow it. */
  better: "lower" | "higher";
  /** What its histogram observes, where it is not requests. */
  observed?: "tokens";
  /** Where a change alone is neither good nor bad, such as less traffic: it gets no judgement. */
  judged?: false;
  /** What it should be. `quantile` names the quantile that the target is about. */
  target?: {
    value: number;
    quantile?: number /** Beyond it a missed target is critical. */;
    critical?: number;
  };
  thresholds?: Threshold[];
  /** The least and the most that it can be, where its unit does not say so: a ratio is 0 to 1, a count not negative. */
  plausible?: { min?: number; max?: number };
  /** What it is and why one looks at it, for a person who meets it for the first time. */
  explanation: string;
  /** What a server would have to expose; said where it is not measurable. */
  measuredBy: string;
}
