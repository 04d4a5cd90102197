import type { MessageContent, ToldAlert } from "../schema";

/** What a page can show and a mail can bear; an Alertmanager gets all. */
const MOST_ALERTS_TOLD = 100;

/** The key of the messages of the alert that always fires. */
export const WATCHDOG_KEY = "watchdog";

/** The content of a message, with what fires first and at most so many alerts as one message tells. */
export function contentOf(
  reason: MessageContent["reason"],
  groupKey: string,
  groupLabels: Record<string, string>,
  alerts: readonly ToldAlert[],
  most: number = MOST_ALERTS_TOLD,
): MessageContent {
  const ordered = [
    ...alerts.filter(({ status }) => status === "firing"),
    ...alerts.filter(({ status }) => status === "resolved"),
  ];
  return {
    reason,
    groupKey,
    groupLabels,
    alerts: ordered.slice(0, most),
    truncated: Math.max(0, ordered.length - most),
  };
}

/** Prometheus's default evaluation interval, seconds. */
const DEFAULT_INTERVAL = 60;

/** An alert's row as a message tells it. */
export function toldAlert(row: {
  id: string;
  fingerprint: string;
  state: string;
  labels: unknown;
  annotations: unknown;
  activeAt: Date;
  firedAt: Date | null;
  resolvedAt: Date | null;
  generatorUrl: string | null;
  value: number | null;
  rule: { group: { interval: number | null } } | null;
}): ToldAlert {
  return {
    alertId: row.id,
    fingerprint: row.fingerprint,
    status: row.state === "firing" ? "firing" : "resolved",
    labels: row.labels as Record<string, string>,
    annotations: row.annotations as Record<string, string>,
    startsAt: (row.firedAt ?? row.activeAt).toISOString(),
    endsAt: row.resolvedAt?.toISOString() ?? null,
    generatorUrl: row.generatorUrl,
    value: row.value !== null && Number.isFinite(row.value) ? row.value : null,
    // As Prometheus does it: four times the longer of the interval and the resend delay.
    holdsFor: 4 * Math.max(row.rule?.group.interval ?? DEFAULT_INTERVAL, 60),
  };
}
