import type { MessageContent, ToldAlert } from "./schema";

/** "firing" while one of its alerts fires. */
export const statusOf = ({ alerts }: MessageContent): "firing" | "resolved" =>
  alerts.some(({ status }) => status === "firing") ? "firing" : "resolved";

/** The pairs that all of several label sets (or annotations) have. */
export function commonOf(sets: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first, ...rest] = sets;
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((set) => set[name] === value)),
  );
}

/** How many fire and how many have resolved. */
export function countsOf({ alerts }: MessageContent): { firing: number; resolved: number } {
  const firing = alerts.filter(({ status }) => status === "firing").length;
  return { firing, resolved: alerts.length - firing };
}

/**
 * The message in one line: `[FIRING:2] HighLatency chat-api critical`. Counts, then what the alerts have in common of
 * name, service and severity, and the other labels that they are grouped by.
 */
export function subjectOf(content: MessageContent): string {
  const { firing, resolved } = countsOf(content);
  const counts = [firing > 0 ? `FIRING:${firing}` : null, resolved > 0 ? `RESOLVED:${resolved}` : null];
  const common = commonOf(content.alerts.map(({ labels }) => labels));
  const first = ["alertname", "service", "severity"];
  const names = [
    ...first,
    ...Object.keys(content.groupLabels)
      .filter((name) => !first.includes(name))
      .sort(),
  ];
  const values = names.map((name) => common[name] ?? content.groupLabels[name]).filter((value) => value);
  const prefix = { test: "TEST ", summary: "MISSED ", change: "", repeat: "" }[content.reason];
  const text = `[${prefix}${counts.filter((count) => count !== null).join(", ")}] ${values.join(" ")}`;
  return text.replace(/\s+/g, " ").trim();
}

/** What an alert is about, for people: its summary or description, else its name. */
export const headlineOf = ({ annotations, labels }: ToldAlert): string =>
  annotations.summary || annotations.message || annotations.description || labels.alertname || "Alert";

/** The labels by which an alert differs from the others of its message, as `gpu=3 host=a`; all where it is alone. */
export function ownLabelsOf(alert: ToldAlert, content: MessageContent): string {
  const common = content.alerts.length > 1 ? commonOf(content.alerts.map(({ labels }) => labels)) : {};
  return Object.entries(alert.labels)
    .filter(([name]) => name !== "alertname" && common[name] === undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

/** The page of an alert; the list for one that is none, as in a test. */
export const alertUrl = (consoleUrl: string, { alertId }: Pick<ToldAlert, "alertId">): string =>
  alertId === "" ? `${consoleUrl}/alerts` : `${consoleUrl}/alerts/${encodeURIComponent(alertId)}`;

/** A time of a message, in UTC to the second: `2026-03-04 14:00:00 UTC`. */
export const timeOf = (iso: string): string => `${iso.slice(0, 19).replace("T", " ")} UTC`;
