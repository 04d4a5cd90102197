"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import type { ReactNode } from "react";
import { messageState, responseText } from "@/components/notifications/notification-state";
import { tracesHref } from "@/components/traces/addresses";
import { Panel } from "@/components/ui/panel";
import { RelativeTime } from "@/components/ui/relative-time";
import { StateBadge } from "@/components/ui/state-badge";
import type { AlertDetail } from "@/lib/alerts/schema";
import { annotationsQuery } from "@/lib/annotations/client";
import { errorFacts } from "@/lib/api/client";
import { messagesQuery } from "@/lib/notifications/client";
import { severityState, severityWords } from "./alert-words";
import { durationWords } from "./duration-words";
import { LocalTime } from "./local-time";

const mostMessages = 5;

/** Who was told of the alert, when, and whether it arrived. */
export function ToldPanel({ alert }: { alert: AlertDetail }) {
  const messages = useQuery(messagesQuery({ alert: alert.id, limit: mostMessages }));
  return (
    <Panel
      title="Who was told"
      height="auto"
      state={
        messages.data !== undefined
          ? { kind: "data" }
          : messages.isError
            ? { kind: "error", error: errorFacts(messages.error), onRetry: () => void messages.refetch() }
            : { kind: "loading" }
      }
    >
      {messages.data?.items.length === 0 ? (
        <p className="text-secondary">
          {alert.firedAt === null ? (
            "Nobody: it has not fired."
          ) : (
            <>
              No message names it: nobody is told twice of what they know to fire, and{" "}
              <Link href="/settings/notifications" className="text-link hover:underline">
                the policy
              </Link>{" "}
              says who is told at all.
            </>
          )}
        </p>
      ) : (
        <ul className="grid gap-2">
          {messages.data?.items.map((message) => {
            const { state, words } = messageState(message);
            return (
              <li key={message.id} className="grid gap-0.5">
                <span className="flex flex-wrap items-center gap-2">
                  <StateBadge state={state}>{words}</StateBadge>
                  <span>
                    {message.channel.name}
                    <span className="text-secondary">
                      {message.firing > 0 ? ", firing" : ", resolved"}
                      {message.reason === "repeat" ? " again" : ""}
                    </span>
                  </span>
                  <RelativeTime time={message.createdAt} className="ml-auto text-secondary" />
                </span>
                {message.state === "delivered" ? null : (
                  <span className="text-caption text-secondary [overflow-wrap:anywhere]">
                    {responseText(message)}
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}

/** What else happened around it: deployments and other notes, and alerts. `range` in Unix seconds. */
export function MeanwhilePanel({
  alert,
  range: { start, end },
}: {
  alert: AlertDetail;
  range: { start: number; end: number };
}) {
  const { data } = useQuery(
    annotationsQuery({ start, end, ...(alert.service === null ? {} : { service: alert.service }) }),
  );
  const events = data?.items ?? [];
  const window = { from: start, to: end };
  return (
    <Panel title="What else happened then" height="auto">
      <p className="mb-2 flex flex-wrap gap-x-4 gap-y-1">
        <Link
          href={tracesHref(window, { about: alert.service, order: "slowest" })}
          className="text-link hover:underline"
        >
          Slowest traces of this window
        </Link>
        <Link
          href={tracesHref(window, { about: alert.service, tags: "error=true" })}
          className="text-link hover:underline"
        >
          Failed ones
        </Link>
      </p>
      {alert.meanwhile.length === 0 && events.length === 0 ? (
        <p className="text-secondary">No deployment, and no other alert.</p>
      ) : (
        <ul className="grid gap-1">
          {events.map((each) => (
            <Happened key={each.id} time={each.start}>
              <StateBadge state="info">{each.kind === "deployment" ? "Deployment" : "Note"}</StateBadge>
              <span className="[overflow-wrap:anywhere]">{each.text}</span>
            </Happened>
          ))}
          {alert.meanwhile.map((each) => (
            <Happened key={each.id} time={each.firedAt}>
              <StateBadge state={each.state === "inactive" ? "resolved" : severityState(each.severity)}>
                {each.state === "inactive" ? "Resolved" : severityWords(each.severity)}
              </StateBadge>
              <Link
                href={`/alerts/${each.id}`}
                className="text-link [overflow-wrap:anywhere] hover:underline"
              >
                {each.name}
              </Link>
              <span className="text-secondary">{each.service}</span>
            </Happened>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Happened({ time, children }: { time: string | null; children: ReactNode }) {
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-3">
      <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-0.5">{children}</span>
      {time === null ? null : <RelativeTime time={time} className="text-secondary" />}
    </li>
  );
}

/** The same label set of the same rule before, newest first. */
export function EarlierAlerts({ alert }: { alert: AlertDetail }) {
  return (
    <Panel title="The same alert before" height="auto">
      {alert.earlier.length === 0 ? (
        <p className="text-secondary">This is the first time.</p>
      ) : (
        <ul className="grid gap-1">
          {alert.earlier.map(({ id, activeAt, firedAt, resolvedAt }) => (
            <li key={id} className="flex flex-wrap items-center gap-2">
              <Link href={`/alerts/${id}`} className="text-link hover:underline">
                <LocalTime time={firedAt ?? activeAt} />
              </Link>
              <span className="text-secondary">
                {firedAt === null
                  ? "did not fire"
                  : resolvedAt === null
                    ? "firing"
                    : `for ${durationWords(Math.round((Date.parse(resolvedAt) - Date.parse(firedAt)) / 1000))}`}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
