import { alertUrl, headlineOf, ownLabelsOf, statusOf, subjectOf, timeOf } from "./message";
import type { MessageContent } from "./schema";

/** Slack cuts what is longer, in the middle of a word. */
const MOST_ALERTS = 10;
const MOST_CHARACTERS = 300;

/** What has a meaning in Slack's text. Source: Slack, Formatting text for app surfaces, Escaping text. */
const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

const cut = (text: string): string =>
  text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;

/** The body for an incoming webhook of Slack; Mattermost and others take it as well. */
export function slackBody(content: MessageContent, consoleUrl: string) {
  const title = subjectOf(content);
  const lines = content.alerts.slice(0, MOST_ALERTS).map((alert) => {
    const own = ownLabelsOf(alert, content);
    const since = alert.status === "firing" ? `since ${timeOf(alert.startsAt)}` : "resolved";
    const link = `<${alertUrl(consoleUrl, alert)}|${escaped(cut(headlineOf(alert)))}>`;
    return `• ${link} ${since}${own === "" ? "" : ` \`${escaped(cut(own)).replaceAll("`", "'")}\``}`;
  });
  const more = content.alerts.length - lines.length + content.truncated;
  if (more > 0) lines.push(`… and ${more} more`);
  const runbook = content.alerts.find(({ annotations }) => annotations.runbook_url)?.annotations.runbook_url;
  if (runbook !== undefined && URL.canParse(runbook)) lines.push(`<${escaped(runbook)}|Runbook>`);
  return {
    // What notifications on a phone show, and clients that draw no attachments.
    text: escaped(title),
    attachments: [
      {
        color: statusOf(content) === "firing" ? "danger" : "good",
        fallback: title,
        text: lines.join("\n"),
        mrkdwn_in: ["text"],
      },
    ],
  };
}
