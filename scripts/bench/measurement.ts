import { median } from "./statistics";

/** Seconds, bytes, or whole things. */
export type MeasuredUnit = "seconds" | "bytes" | "count";

export interface Samples {
  /** What was measured: "the console", "Prometheus alone". */
  of: string;
  /** One value a round, in the measurement's unit. */
  values: readonly number[];
}

/** The most that is allowed: `factor` times the reference and `allowance` on top, or `most` whatever else. */
export type Bar =
  | { kind: "ratio"; factor: number /** In the measurement's unit. */; allowance: number }
  | { kind: "absolute"; most: number };

/** What was measured, side by side in one run. Judged by the medians. */
export interface Measurement {
  number: number;
  title: string;
  unit: MeasuredUnit;
  subject: Samples;
  reference?: Samples;
  /** Absent where the ratio is only reported. */
  bar?: Bar;
  /** What else was seen in this run, one sentence each. */
  details: readonly string[];
}

/** A measurement that could not be made, with a sentence that says why. */
export interface Failure {
  number: number;
  title: string;
  failure: string;
}

export interface Verdict {
  /** Medians, in the measurement's unit. */
  subject: number;
  reference: number | undefined;
  /** Subject over reference; undefined without a reference, or for one of zero. */
  ratio: number | undefined;
  /** The most the subject's median may be. */
  most: number | undefined;
  isMet: boolean | undefined;
}

/** Compares the medians, and holds them against the bar where there is one. Throws RangeError without samples. */
export function judge({ subject, reference, bar }: Measurement): Verdict {
  const value = median(subject.values);
  const against = reference === undefined ? undefined : median(reference.values);
  const ratio = against === undefined || against === 0 ? undefined : value / against;
  const most = bar === undefined ? undefined : mostAllowed(bar, against);
  return {
    subject: value,
    reference: against,
    ratio,
    most,
    isMet: most === undefined ? undefined : value <= most,
  };
}

function mostAllowed(bar: Bar, reference: number | undefined): number {
  if (bar.kind === "absolute") return bar.most;
  if (reference === undefined) throw new RangeError("a bar that is a ratio needs a reference");
  return bar.factor * reference + bar.allowance;
}
