import type { State } from "@/components/ui/state";
import type { SourceView } from "@/lib/sources/schema";

/** The state of a source as shape and words: whether it can be read, as the last check found. */
export function sourceState(source: SourceView): { state: State; words: string } {
  if (source.validTo !== null) return { state: "paused", words: "Removed" };
  if (source.credentials === "asked_again") return { state: "warning", words: "Asks for credentials" };
  if (source.reachable === null) return { state: "unknown", words: "Not checked yet" };
  return source.reachable ? { state: "ok", words: "Reachable" } : { state: "failed", words: "Not reachable" };
}
