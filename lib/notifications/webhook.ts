import { createHmac, timingSafeEqual } from "node:crypto";
import { alertUrl, commonOf, statusOf } from "./message";
import type { MessageContent } from "./schema";

/** Alertmanager writes the end of an alert that fires as Go's zero time. */
const NEVER = "0001-01-01T00:00:00Z";

/**
 * The body of a webhook: Alertmanager's version 4, so that what receives those receives these, and `id`, `reason` and
 * each alert's `alertId` besides. Source: Alertmanager, notify/webhook/webhook.go and template/template.go.
 */
export function webhookBody(
  message: { id: string; content: MessageContent },
  { receiver, consoleUrl }: { receiver: string; consoleUrl: string },
) {
  const { content } = message;
  return {
    id: message.id,
    reason: content.reason,
    version: "4",
    groupKey: content.groupKey,
    truncatedAlerts: content.truncated,
    status: statusOf(content),
    receiver,
    groupLabels: content.groupLabels,
    commonLabels: commonOf(content.alerts.map(({ labels }) => labels)),
    commonAnnotations: commonOf(content.alerts.map(({ annotations }) => annotations)),
    externalURL: consoleUrl,
    alerts: content.alerts.map((alert) => ({
      status: alert.status,
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: alert.startsAt,
      endsAt: alert.endsAt ?? NEVER,
      generatorURL: alert.generatorUrl ?? alertUrl(consoleUrl, alert),
      fingerprint: alert.fingerprint,
      alertId: alert.alertId,
    })),
  };
}

/** The header that carries the signature. */
export const SIGNATURE_HEADER = "inferscope-signature";

/**
 * The signature of a body as it is sent: `t=<Unix seconds>,v1=<hex>`, HMAC-SHA256 of `<Unix seconds>.<body>` with the
 * channel's key. The time is under the signature, so that a receiver can refuse what was sent long ago.
 */
export function signatureOf(body: string, key: string, now: Date): string {
  const at = Math.floor(now.getTime() / 1000);
  return `t=${at},v1=${createHmac("sha256", key).update(`${at}.${body}`).digest("hex")}`;
}

/** Says whether a signature is that of a body, and no older or newer than `toleranceSeconds`. */
export function isSignedBy(
  header: string,
  body: string,
  key: string,
  now: Date,
  toleranceSeconds: number,
): boolean {
  const [, at = "", given = ""] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header) ?? [];
  if (at === "") return false;
  const expected = createHmac("sha256", key).update(`${at}.${body}`).digest();
  const isAuthentic = timingSafeEqual(expected, Buffer.from(given, "hex"));
  return isAuthentic && Math.abs(now.getTime() / 1000 - Number(at)) <= toleranceSeconds;
}
