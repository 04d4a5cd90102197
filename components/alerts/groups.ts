import type { AlertView } from "@/lib/alerts/schema";
import { severityRank } from "@/lib/alerts/severity";
import { isQuietAlert, quietWords, severityWords } from "./alert-words";

export const groupings = ["severity", "service", "rule"] as const;
export type Grouping = (typeof groupings)[number];

export type AlertGroup = { key: string; title: string; alerts: AlertView[] };

const keyOf: Record<Grouping, (alert: AlertView) => string> = {
  severity: ({ state, severity }) =>
    state === "firing" ? severityWords(severity) : state === "pending" ? "Pending" : "Resolved",
  service: ({ service }) => service ?? "No service",
  rule: ({ name }) => name,
};

const rankOf = ({ state, severity }: AlertView): number =>
  state === "firing" ? severityRank(severity) : state === "pending" ? 100 : 200;

/** How many alerts a group has; apart those that fire and tell nobody: "2, and 6 that only observe". */
export function countWords(alerts: readonly AlertView[]): string {
  const quiet = alerts.filter(isQuietAlert);
  const silenced = quiet.filter(({ silencedBy }) => silencedBy.length > 0).length;
  const telling = alerts.length - quiet.length;
  const aside = quietWords({ observed: quiet.length - silenced, silenced });
  if (aside === null) return String(telling);
  return telling === 0 ? aside : `${telling}, and ${aside}`;
}

/** Alerts in groups: the group with the worst first, within it as they come. */
export function grouped(alerts: readonly AlertView[], by: Grouping): AlertGroup[] {
  const groups = new Map<string, AlertGroup & { rank: number }>();
  for (const alert of alerts) {
    const key = keyOf[by](alert);
    const known = groups.get(key) ?? { key, title: key, alerts: [], rank: Number.POSITIVE_INFINITY };
    known.alerts.push(alert);
    known.rank = Math.min(known.rank, rankOf(alert));
    groups.set(key, known);
  }
  return [...groups.values()].sort((a, b) => a.rank - b.rank || (a.title < b.title ? -1 : 1));
}
