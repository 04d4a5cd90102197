/** Why a number cannot be given. The codes are closed; `text` is for people. */
export type UndeterminedReason =
  /** There are no observations. */
  | "empty"
  /** Fewer observations than the method needs. */
  | "too_few"
  /** NaN or infinity among the data. */
  | "not_finite"
  /** The statistic is 0/0 for data without spread. */
  | "constant"
  /** A parameter or a count out of range. */
  | "invalid"
  /** The data do not hold what is asked: most observations lie beyond the last bucket's bound. */
  | "open_ended";

/** "Cannot say", as a value: never a p of 1, a 0 or a NaN in its place. */
export type Undetermined = { kind: "undetermined"; reason: UndeterminedReason; text: string };

/** Makes an answer that says why there is none. */
export function undetermined(reason: UndeterminedReason, text: string): Undetermined {
  return { kind: "undetermined", reason, text };
}
