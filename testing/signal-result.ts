import type { SignalResult } from "@/lib/signals/schema";

/** An answer to one query of a page: a TTFT without series, but for `fields`. */
export const signalResult = (fields: Partial<SignalResult> = {}): SignalResult => ({
  id: "q",
  status: "ok",
  signal: "ttft",
  unit: "seconds",
  better: "lower",
  expr: [],
  warnings: [],
  series: [],
  ...fields,
});
