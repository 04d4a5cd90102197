import type { z } from "zod";
import { type State, worstState } from "@/components/ui/state";
import type { AlertRuleView } from "@/lib/alerts/rules/schema";
import type { AlertDetail, AlertView, alertCountsSchema } from "@/lib/alerts/schema";
import { isCritical, severityRank } from "@/lib/alerts/severity";
import { format } from "@/lib/units";
import { durationWords } from "./duration-words";

type Counts = z.infer<typeof alertCountsSchema>;

/** The state of an alert as a badge shows it at `now`, worst aspect first. */
export function alertState(
  alert: Pick<AlertView, "state" | "severity" | "activeAt" | "for" | "silencedBy" | "isEnforced">,
  now: Date,
): { state: State; words: string } {
  if (alert.state === "inactive") return { state: "resolved", words: "Resolved" };
  if (alert.state === "pending") {
    const passed = Math.max(0, Math.round((now.getTime() - Date.parse(alert.activeAt)) / 1000));
    const words =
      alert.for === null || alert.for === 0
        ? "Pending"
        : `Pending ${durationWords(wholeMinutes(Math.min(passed, alert.for)))} of ${durationWords(alert.for)}`;
    return { state: "pending", words };
  }
  if (alert.silencedBy.length > 0) return { state: "silenced", words: "Silenced" };
  if (!alert.isEnforced) return { state: "observe", words: "Observe only" };
  return { state: severityState(alert.severity), words: severityWords(alert.severity) };
}

/** Where the silences of an alert are made that are not the console's: the names of Alertmanagers; empty for none. */
export const silencedIn = ({ silences }: Pick<AlertView, "silences">): string[] => [
  ...new Set(silences.flatMap(({ sources }) => sources)),
];

/** From a minute on the seconds say no more. */
const wholeMinutes = (seconds: number): number => (seconds < 60 ? seconds : Math.floor(seconds / 60) * 60);

/** Severities that want nobody: "info", and "none" of a heartbeat. */
const isQuiet = (severity: string | null): boolean =>
  ["info", "none"].includes(severity?.toLowerCase() ?? "");

/** How bad it is that something of a severity fires. */
export const severityState = (severity: string | null): State =>
  isCritical(severity) ? "critical" : isQuiet(severity) ? "info" : "warning";

/** A severity as a word of the page; null is one that has none. */
export function severityWords(severity: string | null): string {
  if (severity === null || severity === "") return "No severity";
  if (severity === "none") return "Severity none";
  return `${severity[0]!.toUpperCase()}${severity.slice(1)}`;
}

/** How many fire, by severity, the worst first: "1 critical, 2 warning". */
export const firingWords = (bySeverity: Readonly<Record<string, number>>): string =>
  Object.entries(bySeverity)
    .sort(([a], [b]) => severityRank(a) - severityRank(b))
    .map(([severity, count]) => {
      const words = { "": "without severity", none: "of severity none" }[severity] ?? severity;
      return `${count} ${words}`;
    })
    .join(", ");

/** What fires and tells nobody: "6 that only observe, 2 silenced"; null where there is nothing of it. */
export function quietWords({ observed, silenced }: Pick<Counts, "observed" | "silenced">): string | null {
  const parts = [
    ...(observed > 0 ? [`${observed} that only ${observed === 1 ? "observes" : "observe"}`] : []),
    ...(silenced > 0 ? [`${silenced} silenced`] : []),
  ];
  return parts.length === 0 ? null : parts.join(", ");
}

/** What fires, in a badge: by severity what tells someone, and apart from it the rest. */
export function firingAnswer(
  counts: Pick<Counts, "bySeverity" | "acknowledged" | "observed" | "silenced" | "pending">,
): { state: State; words: string } {
  const { bySeverity, acknowledged, observed, pending } = counts;
  const quiet = quietWords(counts);
  const worst = worstState(Object.keys(bySeverity).map(severityState));
  const telling =
    worst !== undefined
      ? `${firingWords(bySeverity)}${acknowledged > 0 ? `; ${acknowledged} acknowledged` : ""}`
      : pending > 0
        ? `${pending} pending`
        : null;
  return {
    state: worst ?? (observed > 0 ? "observe" : "silenced"),
    words: [telling, quiet].filter((part) => part !== null).join(", and "),
  };
}

/** The severity of an alert whose state says another thing while it fires; null where the state says it. */
export const severityBeside = (alert: Pick<AlertView, "state" | "severity" | "silencedBy" | "isEnforced">) =>
  isQuietAlert(alert) ? severityWords(alert.severity) : null;

/** Whether an alert fires and tells nobody of it. */
export const isQuietAlert = ({
  state,
  silencedBy,
  isEnforced,
}: Pick<AlertView, "state" | "silencedBy" | "isEnforced">): boolean =>
  state === "firing" && (silencedBy.length > 0 || !isEnforced);

/** An alert's value in its unit: "25.4 %"; as the bare number that it is where the unit is not known. */
export const valueWords = (value: number | null, measures: AlertDetail["measures"]): string =>
  value === null
    ? "–"
    : measures === null
      ? String(Number(value.toPrecision(4)))
      : format(value * measures.factor, measures.unit);

/** The first thing that an alert says about itself. */
export const alertSummary = ({ annotations }: Pick<AlertView, "annotations">): string | null =>
  annotations.summary ?? annotations.message ?? annotations.description ?? null;

const shownElsewhere = new Set(["alertname", "severity", "service"]);

/** The labels that tell an alert from others of its rule, `gpu="1"`. */
export const distinguishingLabels = ({ labels }: Pick<AlertView, "labels">): string[] =>
  Object.entries(labels)
    .filter(([name]) => !shownElsewhere.has(name))
    .map(([name, value]) => `${name}="${value}"`);

/** How a rule stands, worst aspect first. */
export function ruleState(rule: AlertRuleView): { state: State; words: string } {
  const { status } = rule;
  if (rule.deletedAt !== null) return { state: "paused", words: "Deleted" };
  if (rule.kind === "recording") return { state: "paused", words: "Recording, not evaluated" };
  if (rule.firing > 0) {
    const severities = rule.levels.map(({ severity }) => severity ?? rule.labels.severity ?? null);
    return { state: worstState(severities.map(severityState)) ?? "warning", words: `${rule.firing} firing` };
  }
  if (rule.pending > 0) return { state: "pending", words: `${rule.pending} pending` };
  if (status.health === "err") return { state: "cannot_evaluate", words: "Cannot evaluate" };
  if (status.noDataSince !== null) return { state: "no_data", words: "No data" };
  if (status.overdueSeconds !== null)
    return { state: "cannot_evaluate", words: `${durationWords(Math.round(status.overdueSeconds))} overdue` };
  if (status.evaluatedFor === null) return { state: "unknown", words: "Not evaluated yet" };
  return { state: "ok", words: "Inactive" };
}
