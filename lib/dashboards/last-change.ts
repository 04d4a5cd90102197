import type { AnnotationView } from "@/lib/annotations/schema";
import { alignToStep } from "@/lib/prometheus/step";

/** How far back a change is looked for. Seconds. */
export const CHANGES_RANGE = 7 * 86_400;
/** How far back it is looked for on a grid that is fine enough to tell it truly: a change every few minutes. Seconds. */
const RECENT = 6 * 3_600;
/** The long search is made anew this often: what is newer is the recent one's. Seconds. */
const LONG_EVERY = 900;

interface Range {
  start: number;
  end: number;
}

/** Where the last change of each service is looked for; unix seconds. */
export function changeRanges(now: number): { recent: Range; long: Range } {
  const longEnd = alignToStep(now, LONG_EVERY);
  return {
    recent: { start: now - RECENT, end: now },
    long: { start: longEnd - CHANGES_RANGE, end: longEnd },
  };
}

/** What changed last. */
export interface LastChange {
  text: string;
  /** RFC 3339. */
  at: string;
  /** Where its time is known only so far: it happened at most so many seconds before. */
  within: number | null;
}

type Changes = readonly Pick<AnnotationView, "service" | "start" | "text" | "isComputed">[];

/**
 * The last change of a service from the answers for both ranges, newest first; undefined where there was none. What the
 * metrics show over a long range is told by few points, `longStep` seconds apart: several changes between two of them
 * are one, and of some other pair of versions, so the recent range is asked first.
 */
export function lastChange(
  service: string,
  { recent, long }: { recent: Changes; long: Changes },
  longStep: number,
): LastChange | undefined {
  const ofService = (one: Changes[number]) => one.service === service;
  const newest = recent.find(ofService);
  // A note that a person wrote since is in both.
  const found = newest ?? long.find(ofService);
  if (found === undefined) return undefined;
  const isExact = newest !== undefined || !found.isComputed;
  return { text: found.text, at: found.start, within: isExact ? null : longStep };
}
