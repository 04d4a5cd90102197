import { createHash } from "node:crypto";
import { alertUrl, headlineOf, statusOf, subjectOf, timeOf } from "./message";
import type { MessageContent, ToldAlert } from "./schema";

const html = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

const domainOf = (from: string): string => /@([^\s<>@]+)>?$/.exec(from)?.[1] ?? "localhost";

/** The lines of an alert under its headline. */
function factsOf(alert: ToldAlert, consoleUrl: string): [name: string, value: string][] {
  const labels = Object.entries(alert.labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
  const shown = new Set(["summary", headlineOf(alert)]);
  const annotations = Object.entries(alert.annotations).filter(
    ([name, value]) => !shown.has(name) && !shown.has(value),
  );
  return [
    ["since", timeOf(alert.startsAt)],
    ...(alert.endsAt === null ? [] : ([["resolved", timeOf(alert.endsAt)]] as [string, string][])),
    ["labels", labels],
    ...annotations,
    ["alert", alertUrl(consoleUrl, alert)],
  ];
}

/**
 * A mail as nodemailer takes it. Its Message-ID is made of the message's id, so that a second delivery is the same mail,
 * and all mails of one group refer to one thread.
 */
export function mailOf(
  message: { id: string; key: string; content: MessageContent },
  { from, to, consoleUrl }: { from: string; to: readonly string[]; consoleUrl: string },
) {
  const { content } = message;
  const domain = domainOf(from);
  const thread = createHash("sha256").update(message.key).digest("hex").slice(0, 32);
  const parts = content.alerts.map((alert) => ({
    title: `${alert.status === "firing" ? "FIRING" : "RESOLVED"}  ${headlineOf(alert)}`,
    facts: factsOf(alert, consoleUrl),
  }));
  const more = content.truncated > 0 ? `… and ${content.truncated} more alerts.` : "";
  const text = [
    ...parts.map(({ title, facts }) =>
      [title, ...facts.map(([name, value]) => `  ${name}: ${value}`)].join("\n"),
    ),
    ...(more === "" ? [] : [more]),
    `All alerts: ${consoleUrl}/alerts`,
  ].join("\n\n");
  const linked = (value: string) =>
    /^https?:\/\/\S+$/.test(value) ? `<a href="${html(value)}">${html(value)}</a>` : html(value);
  const markup = parts
    .map(
      ({ title, facts }) =>
        `<h3>${html(title)}</h3><ul>${facts.map(([name, value]) => `<li>${html(name)}: ${linked(value)}</li>`).join("")}</ul>`,
    )
    .join("");
  return {
    from,
    to: [...to],
    subject: subjectOf(content),
    text,
    html: `${markup}${more === "" ? "" : `<p>${more}</p>`}<p><a href="${html(`${consoleUrl}/alerts`)}">All alerts</a></p>`,
    messageId: `<${message.id}@${domain}>`,
    references: [`<${thread}@${domain}>`],
    headers: {
      "Auto-Submitted": "auto-generated",
      "Idempotency-Key": message.id,
      "X-Alert-Status": statusOf(content),
    },
  };
}
