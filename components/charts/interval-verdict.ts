/** What a comparison came to, in the words of the product. */
export type IntervalVerdict = "better" | "same" | "worse" | "not_enough_evidence" | "no_data";

export const VERDICT_WORDS: Record<IntervalVerdict, string> = {
  better: "Better",
  same: "Same",
  worse: "Worse",
  not_enough_evidence: "Not enough evidence",
  no_data: "No data",
};
