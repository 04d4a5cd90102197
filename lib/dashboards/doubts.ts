import type { SignalResult } from "@/lib/signals/schema";
import type { Finding } from "./overview-state";

/**
 * What is to be said of a service whose own sources contradict each other about failures: whatever its targets say, it is
 * not known to be healthy.
 */
export function doubtFindings(results: ReadonlyMap<string, SignalResult>): Finding[] {
  const texts = new Set<string>();
  for (const { doubts = [] } of results.values())
    for (const { kind, text } of doubts)
      if (kind === "disagreement" || kind === "contradiction") texts.add(text.replaceAll("`", ""));
  return [...texts].map((text) => ({ state: "warning", text }));
}
