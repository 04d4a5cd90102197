"use client";

import { BellOff, Check, Repeat2, UserRound } from "lucide-react";
import Link from "next/link";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { cn } from "@/components/ui/class-names";
import { RelativeTime } from "@/components/ui/relative-time";
import { StateBadge } from "@/components/ui/state-badge";
import type { AlertView } from "@/lib/alerts/schema";
import { alertState, alertSummary, distinguishingLabels, severityBeside, silencedIn } from "./alert-words";

const originWords = { prometheus: "Prometheus", alertmanager: "Alertmanager" } as const;

/** Who sees to an alert and what keeps it quiet, as small labels. */
export function HandlingBadges({ alert }: { alert: AlertView }) {
  const { acknowledgement, assignee, snoozedUntil, origin } = alert;
  const elsewhere = silencedIn(alert);
  return (
    <>
      {acknowledgement === null ? null : (
        <Badge tone="info">
          <Check aria-hidden className="size-3" />
          <span className="truncate">{acknowledgement.actor.name}</span>
        </Badge>
      )}
      {assignee === null || assignee === acknowledgement?.actor.name ? null : (
        <Badge>
          <UserRound aria-hidden className="size-3" />
          <span className="truncate">{assignee}</span>
        </Badge>
      )}
      {snoozedUntil === null ? null : (
        <Badge>
          <BellOff aria-hidden className="size-3" />
          Snoozed
        </Badge>
      )}
      {elsewhere.length === 0 ? null : (
        <Badge>
          <BellOff aria-hidden className="size-3" />
          <span className="truncate">
            Silenced in {elsewhere[0]}
            {elsewhere.length > 1 ? ` and ${elsewhere.length - 1} more` : null}
          </span>
        </Badge>
      )}
      {alert.isFlapping ? (
        <Badge tone="warning">
          <Repeat2 aria-hidden className="size-3" />
          Flapping
        </Badge>
      ) : null}
      {origin === "console" ? null : <Badge>{originWords[origin]}</Badge>}
    </>
  );
}

/** One alert of the list: state, what it says, since when, who sees to it, and the one thing to do about it. */
export function AlertRow({
  alert,
  now,
  isFocused,
  isSelected,
  busy,
  onSelect,
  onAcknowledge,
  onFocus,
}: {
  alert: AlertView;
  now: Date;
  isFocused: boolean;
  isSelected: boolean;
  busy: boolean;
  /** Absent where nothing can be done to several. */
  onSelect?: (selected: boolean) => void;
  onAcknowledge: () => void;
  onFocus: () => void;
}) {
  const { state, words } = alertState(alert, now);
  const severity = severityBeside(alert);
  const summary = alertSummary(alert);
  const labels = distinguishingLabels(alert);
  const can = (action: AlertView["actions"][number]) => alert.actions.includes(action);
  return (
    <li
      data-alert={alert.id}
      onFocus={onFocus}
      className={cn(
        "grid grid-cols-[auto_minmax(0,1fr)] items-start gap-x-3 gap-y-1 border-b px-4 py-2 last:border-b-0 md:grid-cols-[auto_12rem_minmax(0,1fr)_6rem_7rem] md:items-center",
        isSelected && "bg-surface-selected",
        isFocused && "outline-2 outline-focus -outline-offset-2",
      )}
    >
      {onSelect ? (
        <span className="flex h-5 items-center">
          <Checkbox
            aria-label={`Select ${alert.name}`}
            className="max-md:after:size-11"
            checked={isSelected}
            onCheckedChange={(checked) => onSelect(checked === true)}
          />
        </span>
      ) : (
        <span />
      )}
      <span className="flex min-w-0 flex-wrap items-center gap-2">
        <StateBadge state={state}>{words}</StateBadge>
        {severity === null ? null : <Badge>{severity}</Badge>}
        <span className="text-caption text-secondary md:hidden">
          <RelativeTime time={alert.resolvedAt ?? alert.firedAt ?? alert.activeAt} />
        </span>
      </span>
      <span className="grid min-w-0 gap-0.5 max-md:col-start-2">
        <span className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1">
          <Link
            href={`/alerts/${alert.id}`}
            className="text-link text-strong [overflow-wrap:anywhere] hover:underline"
          >
            {alert.name}
          </Link>
          {alert.service === null ? null : <span className="text-secondary">{alert.service}</span>}
          <HandlingBadges alert={alert} />
        </span>
        {summary === null ? null : <span className="[overflow-wrap:anywhere]">{summary}</span>}
        {labels.length === 0 ? null : (
          <span className="truncate text-mono text-secondary" title={labels.join(", ")}>
            {labels.join(", ")}
          </span>
        )}
      </span>
      <span className="text-secondary max-md:hidden">
        <RelativeTime time={alert.resolvedAt ?? alert.firedAt ?? alert.activeAt} />
      </span>
      <span className="flex justify-end max-md:col-start-2 max-md:justify-start">
        {can("acknowledge") ? (
          <Button size="sm" loading={busy} onClick={onAcknowledge} className="max-md:h-11 max-md:px-5">
            Acknowledge
          </Button>
        ) : null}
      </span>
    </li>
  );
}
