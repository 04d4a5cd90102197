import type { BenchStack } from "./stack";

/** What every measurement gets. */
export interface BenchContext {
  stack: BenchStack;
  signal: AbortSignal;
  /** Says what is going on inside the step that is shown. */
  detail(text: string): void;
}
