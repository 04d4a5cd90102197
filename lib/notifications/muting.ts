import type { Labels } from "@/lib/alerts/labels";
import { matchesAll } from "./matcher";
import type { Matcher } from "./schema";

/** What the field calls its severities, the least severe first; what is not here neither mutes nor is muted. */
const RANKS: readonly (readonly string[])[] = [
  ["debug", "none"],
  ["info", "information", "informational"],
  ["notice", "low"],
  ["warning", "warn", "medium", "minor"],
  ["error", "high", "major"],
  ["critical", "crit", "fatal", "page", "emergency"],
];

/** How severe a severity is, more for the worse; null for a word that is not known. */
export function severityRank(severity: string | undefined): number | null {
  const rank = RANKS.findIndex((words) => words.includes(severity?.toLowerCase() ?? ""));
  return rank === -1 ? null : rank;
}

const identityWithoutSeverity = (labels: Labels): string =>
  JSON.stringify(
    Object.entries(labels)
      .filter(([name]) => name !== "severity")
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/**
 * Returns a test of whether an alert is inhibited: one with the same labels but for a worse `severity` fires, which is
 * the critical tier of the same rule. An alert never inhibits itself. Cost: one pass over `firing`.
 */
export function inhibition(firing: Iterable<Labels>): (labels: Labels) => boolean {
  const worst = new Map<string, number>();
  for (const labels of firing) {
    const rank = severityRank(labels.severity);
    if (rank === null) continue;
    const identity = identityWithoutSeverity(labels);
    worst.set(identity, Math.max(worst.get(identity) ?? rank, rank));
  }
  return (labels) => {
    const rank = severityRank(labels.severity);
    return rank !== null && (worst.get(identityWithoutSeverity(labels)) ?? rank) > rank;
  };
}

/** A silence as it counts here, from the console or from an Alertmanager. Times in milliseconds. */
export interface ActiveSilence {
  id: string;
  matchers: readonly Matcher[];
  startsAt: number;
  endsAt: number;
}

/** The silences that mute an alert at `now` (milliseconds): begun, not ended, and every matcher holds. */
export const silencesOf = <S extends ActiveSilence>(
  silences: readonly S[],
  labels: Labels,
  now: number,
): S[] =>
  silences.filter(
    ({ startsAt, endsAt, matchers }) => startsAt <= now && now < endsAt && matchesAll(labels, matchers),
  );
