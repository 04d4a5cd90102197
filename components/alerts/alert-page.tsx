"use client";

import { useQuery } from "@tanstack/react-query";
import { BookOpen, Check, Trash2 } from "lucide-react";
import Link from "next/link";
import { type FormEvent, type ReactNode, useCallback, useEffect, useMemo, useState } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Button, IconButton } from "@/components/ui/button";
import { Code, CodeBlock } from "@/components/ui/code-block";
import { Dialog } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { Input, Textarea } from "@/components/ui/input";
import { Panel } from "@/components/ui/panel";
import { RelativeTime } from "@/components/ui/relative-time";
import { Select } from "@/components/ui/select";
import { useShortcuts } from "@/components/ui/shortcuts";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { alertQuery, assignAlert, commentOnAlert, deleteComment, snoozeAlert } from "@/lib/alerts/client";
import type { AlertDetail } from "@/lib/alerts/schema";
import { errorFacts } from "@/lib/api/client";
import { formatTime } from "@/lib/units";
import { AcknowledgeDialog } from "./acknowledge-dialog";
import { EarlierAlerts, MeanwhilePanel, ToldPanel } from "./alert-context";
import { HandlingBadges } from "./alert-row";
import { alertState, alertSummary, severityWords, valueWords } from "./alert-words";
import { curveRange, isOfSeries, transitionMarks } from "./curve";
import { durationWords } from "./duration-words";
import { LocalTime } from "./local-time";
import { RuleCurve, thresholdsOf } from "./rule-curve";
import { SilenceDialog } from "./silence-dialog";
import { endOf, muteSpans } from "./times";
import { useAlertActions } from "./use-alert-actions";

/** Seconds shown before an alert was active and after it ended. */
const around = 1_800;

/** One alert: what it says, how it came about, who sees to it, and what can be done. */
export function AlertPage({
  initial,
  me,
  now: openedAt,
}: {
  initial: AlertDetail;
  me: { id: string; name: string };
  /** When the server read it, so that the browser first shows the same. RFC 3339. */
  now: string;
}) {
  const query = useQuery({ ...alertQuery(initial.id), initialData: initial });
  const alert = query.data;
  const [now, setNow] = useState(() => new Date(openedAt));
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 15_000);
    return () => clearInterval(timer);
  }, []);
  const { state, words } = alertState(alert, now);
  const [dialog, setDialog] = useState<"acknowledge" | "take_over" | "silence" | null>(null);
  const { busy, acknowledge, undo, run } = useAlertActions();
  const can = (action: AlertDetail["actions"][number]) => alert.actions.includes(action);
  const isMine = alert.acknowledgement?.actor.id === me.id;
  const summary = alertSummary(alert);

  const snooze = (until: string | null) =>
    run("snooze", async () => {
      await snoozeAlert(alert.id, until);
      toast(until === null ? "No longer snoozed" : `Snoozed until ${formatTime(new Date(until))}`, {
        state: "silenced",
        ...(until === null ? {} : { action: { label: "Undo", onClick: () => void snooze(null) } }),
      });
    });
  const assign = (assignee: string | null) =>
    run("assign", async () => {
      await assignAlert(alert.id, assignee);
      toast(assignee === null ? "Assigned to nobody" : `Assigned to ${assignee}`, { state: "ok" });
    });

  useShortcuts([
    {
      keys: "e",
      label: "Acknowledge",
      group: "Alert",
      run: () => can("acknowledge") && void acknowledge(alert),
    },
    { keys: "m", label: "Silence", group: "Alert", run: () => can("silence") && setDialog("silence") },
  ]);

  const actions = (
    <>
      {can("acknowledge") ? (
        <>
          <Button onClick={() => setDialog("acknowledge")}>With a note</Button>
          <Button
            variant="primary"
            loading={busy === `acknowledge ${alert.id}`}
            onClick={() => void acknowledge(alert)}
          >
            <Check aria-hidden />
            Acknowledge
          </Button>
        </>
      ) : null}
      {can("take_over") ? <Button onClick={() => setDialog("take_over")}>Take over</Button> : null}
      {can("undo_acknowledgement") ? (
        <Button loading={busy === `undo ${alert.id}`} onClick={() => void undo(alert.id, alert.name)}>
          {isMine ? "Undo acknowledgement" : "End acknowledgement"}
        </Button>
      ) : null}
    </>
  );

  return (
    <div className="pb-20 md:pb-0">
      <p className="mb-2">
        <Link href="/alerts" className="text-link hover:underline">
          Alerts
        </Link>
      </p>
      <PageHeader
        title={alert.name}
        state={
          <>
            <StateBadge state={state}>{words}</StateBadge>
            <HandlingBadges alert={alert} />
          </>
        }
        description={summary}
        actions={<span className="flex flex-wrap gap-2 max-md:hidden">{actions}</span>}
      />
      {query.isError ? (
        <ErrorState
          className="mb-4"
          title="What is shown may be old"
          error={errorFacts(query.error)}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      ) : null}
      <div className="grid grid-cols-1 gap-4 xl:grid-cols-[minmax(0,2fr)_minmax(0,1fr)]">
        <div className="contents min-w-0 grid-cols-1 content-start gap-4 xl:grid">
          <Curve alert={alert} now={now} />
          {/* On a narrow screen what it is and what to do come before what was done. */}
          <div className="min-w-0 max-xl:order-1">
            <History alert={alert} me={me} onRefresh={() => void query.refetch()} />
          </div>
        </div>
        <div className="grid min-w-0 grid-cols-1 content-start gap-4">
          <Facts alert={alert} now={now} />
          {can("assign") || can("snooze") || can("silence") ? (
            <Handling
              alert={alert}
              me={me}
              busy={busy}
              onAssign={(assignee) => void assign(assignee)}
              onSnooze={(until) => void snooze(until)}
              onSilence={() => setDialog("silence")}
            />
          ) : null}
          <ToldPanel alert={alert} />
          <MeanwhilePanel alert={alert} range={rangeAround(alert, now)} />
          <EarlierAlerts alert={alert} />
        </div>
      </div>
      {alert.actions.some((action) => action.includes("acknowledge") || action === "take_over") ? (
        <div
          role="toolbar"
          aria-label="What to do"
          className="fixed inset-x-0 bottom-0 z-30 flex justify-center gap-2 border-t bg-surface-raised p-3 *:h-11 *:flex-1 md:hidden"
        >
          {actions}
        </div>
      ) : null}
      <Dialog open={dialog !== null} onOpenChange={(open) => (open ? undefined : setDialog(null))}>
        {dialog === "silence" ? (
          <SilenceDialog
            labels={alert.labels}
            source={alert.origin === "alertmanager" ? alert.source : null}
            onDone={() => setDialog(null)}
          />
        ) : dialog === null ? null : (
          <AcknowledgeDialog
            title={dialog === "take_over" ? `Take ${alert.name} over` : `Acknowledge ${alert.name}`}
            verb={dialog === "take_over" ? "Take over" : "Acknowledge"}
            busy={busy !== null}
            onSubmit={async (given) => {
              await acknowledge(alert, { ...given, takeOver: dialog === "take_over" });
              setDialog(null);
            }}
          />
        )}
      </Dialog>
    </div>
  );
}

/** The time of an alert with what came before and after, to the minute. */
function rangeAround(alert: AlertDetail, now: Date) {
  const latest = Math.floor(now.getTime() / 60_000) * 60;
  const until = alert.resolvedAt === null ? latest : Date.parse(alert.resolvedAt) / 1000 + around;
  return curveRange(Date.parse(alert.activeAt) / 1000 - around, Math.min(latest, until));
}

function Curve({ alert, now }: { alert: AlertDetail; now: Date }) {
  const { query, source, measures } = alert;
  const range = rangeAround(alert, now);
  const { start, end, step } = range;
  const marks = useMemo(
    () => transitionMarks(alert.transitions, { start, end, step }),
    [alert.transitions, start, end, step],
  );
  const isShown = useCallback(
    (metric: Record<string, string>) => isOfSeries(alert.labels, query?.ruleLabels ?? [], metric),
    [alert.labels, query?.ruleLabels],
  );
  if (query === null || source === null)
    return (
      <Panel
        title="Curve"
        height={96}
        state={{
          kind: "empty",
          reason: "not_measurable",
          text: "The expression of this alert is known to who evaluates it, not here.",
        }}
      />
    );
  return (
    <RuleCurve
      title={query.comparison === null ? "The rule's expression" : "What the rule compares"}
      request={{ source, expr: query.compared, ...range }}
      // What is in percent has its own numbers on the axis: its thresholds are in percent too.
      unit={measures?.factor === 1 ? measures.unit : undefined}
      thresholds={thresholdsOf({ comparison: query.comparison, levels: query.thresholds })}
      marks={marks}
      service={alert.service}
      isShown={isShown}
    />
  );
}

function Rows({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1">
      {rows.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-secondary">{name}</dt>
          <dd className="[overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Facts({ alert, now }: { alert: AlertDetail; now: Date }) {
  const since = (time: string | null) => (time === null ? "–" : <RelativeTime time={time} />);
  const shown = new Set(["summary", "runbook_url", "runbook"]);
  const annotations = Object.entries(alert.annotations).filter(([name]) => !shown.has(name));
  const { start, end } = curveRange(
    Date.parse(alert.activeAt) / 1000 - around,
    (alert.resolvedAt === null ? now.getTime() : Date.parse(alert.resolvedAt)) / 1000,
  );
  return (
    <Panel title="About it" height="auto">
      <div className="grid gap-3">
        <Rows
          rows={[
            ["Severity", severityWords(alert.severity)],
            ["Value", valueWords(alert.value, alert.measures)],
            ["Active since", since(alert.activeAt)],
            ["Firing since", since(alert.firedAt)],
            ...(alert.resolvedAt === null ? [] : ([["Resolved", since(alert.resolvedAt)]] as const)),
            ["Evaluated", since(alert.seenAt)],
            [
              "By",
              alert.origin === "console"
                ? `this console, against ${alert.source ?? "–"}`
                : `${alert.origin}${alert.source === null ? "" : `, ${alert.source}`}`,
            ],
          ]}
        />
        {alert.silences.map((silence) => (
          <p key={silence.id} className="[overflow-wrap:anywhere]">
            <StateBadge state="silenced" />{" "}
            <Link
              href={`/alerts/silences?q=${encodeURIComponent(silence.id)}`}
              className="text-link hover:underline"
            >
              {silence.comment === "" ? "A silence without a reason" : silence.comment}
            </Link>{" "}
            <span className="text-secondary">
              {silence.createdBy},{" "}
              {silence.origin === "console" ? "here" : `in ${silence.sources.join(" and ")}`}, until{" "}
              <LocalTime time={silence.endsAt} />
            </span>
          </p>
        ))}
        {annotations.map(([name, value]) => (
          <div key={name}>
            <p className="text-caption text-secondary">{name}</p>
            <p className="whitespace-pre-wrap [overflow-wrap:anywhere]">{value}</p>
          </div>
        ))}
        <div className="flex flex-wrap gap-1">
          {Object.entries(alert.labels).map(([name, value]) => (
            <Code key={name}>{`${name}="${value}"`}</Code>
          ))}
        </div>
        <div className="flex flex-wrap gap-x-4 gap-y-1">
          {alert.runbook === null ? null : (
            <a
              href={alert.runbook}
              rel="noreferrer"
              className="inline-flex items-center gap-1 text-link hover:underline"
            >
              <BookOpen aria-hidden className="size-4" />
              Runbook
            </a>
          )}
          {alert.ruleId === null ? null : (
            <Link href={`/alerts/rules/${alert.ruleId}`} className="text-link hover:underline">
              Its rule
            </Link>
          )}
          {alert.service === null ? null : (
            <Link
              href={`/overview?service=${encodeURIComponent(alert.service)}&from=${start}&to=${end}`}
              className="text-link hover:underline"
            >
              {alert.service} at that time
            </Link>
          )}
        </div>
        {alert.query === null ? null : <CodeBlock code={alert.query.expr} label="PromQL" />}
      </div>
    </Panel>
  );
}

function Handling({
  alert,
  me,
  busy,
  onAssign,
  onSnooze,
  onSilence,
}: {
  alert: AlertDetail;
  me: { name: string };
  busy: string | null;
  onAssign: (assignee: string | null) => void;
  onSnooze: (until: string | null) => void;
  onSilence: () => void;
}) {
  const [assignee, setAssignee] = useState(alert.assignee ?? "");
  return (
    <Panel title="See to it" height="auto">
      <div className="grid gap-3">
        <form
          className="flex flex-wrap gap-2"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            onAssign(assignee.trim() === "" ? null : assignee.trim());
          }}
        >
          <Input
            aria-label="Assigned to"
            placeholder="Assigned to nobody"
            className="min-w-32 flex-1"
            value={assignee}
            onChange={(event) => setAssignee(event.target.value)}
          />
          <Button type="submit" loading={busy === "assign"}>
            Assign
          </Button>
          {alert.assignee === me.name ? null : (
            <Button
              onClick={() => {
                setAssignee(me.name);
                onAssign(me.name);
              }}
            >
              To me
            </Button>
          )}
        </form>
        <div className="flex flex-wrap gap-2">
          <Select
            aria-label="Snooze"
            className="w-44"
            placeholder="Snooze for …"
            options={muteSpans}
            value={undefined}
            onValueChange={(value) => onSnooze(endOf(muteSpans, value, new Date()))}
          />
          {alert.snoozedUntil === null ? null : (
            <Button onClick={() => onSnooze(null)}>End the snooze</Button>
          )}
          {alert.actions.includes("silence") ? <Button onClick={onSilence}>Silence …</Button> : null}
        </div>
        {alert.snoozedUntil === null ? null : (
          <p className="text-secondary">
            Snoozed until <LocalTime time={alert.snoozedUntil} />
          </p>
        )}
        {alert.acknowledgement === null ? null : (
          <p className="[overflow-wrap:anywhere]">
            <span className="text-secondary">
              {alert.acknowledgement.actor.name},{" "}
              {alert.acknowledgement.until === null ? (
                "as long as it is active"
              ) : (
                <>
                  until <LocalTime time={alert.acknowledgement.until} />
                </>
              )}
            </span>
            {alert.acknowledgement.note === null ? null : `: ${alert.acknowledgement.note}`}
          </p>
        )}
      </div>
    </Panel>
  );
}

type Entry = { key: string; at: string; who: string | null; what: ReactNode; remove?: string };

const endWords = {
  undone: "undone",
  taken_over: "taken over",
  resolved: "ended as it resolved",
  ran_out: "ran out, and it escalated",
} as const;
const stateWords = { pending: "Pending", firing: "Firing", inactive: "Resolved" } as const;

function entriesOf(alert: AlertDetail, me: { id: string }): Entry[] {
  const entries: Entry[] = [
    ...alert.transitions.map(({ at, from, to, value, isReplayed, within }) => ({
      key: `t${at}${to}`,
      at,
      who: null,
      what: (
        <>
          <StateBadge state={to === "inactive" ? "resolved" : to}>
            {to === "inactive" && from === "pending" ? "Gone before it fired" : stateWords[to]}
          </StateBadge>
          {value === null ? null : ` at ${valueWords(value, alert.measures)}`}
          {isReplayed ? (
            <span className="text-secondary">
              {within === null
                ? " (found afterwards)"
                : ` (found afterwards; at most ${durationWords(within)} earlier)`}
            </span>
          ) : null}
        </>
      ),
    })),
    ...alert.acknowledgements.flatMap(({ id, actor, at, note, until, endedAt, endedBy }): Entry[] => [
      {
        key: `a${id}`,
        at,
        who: actor.name,
        what: (
          <>
            acknowledged
            {until === null ? null : (
              <>
                {" "}
                until <LocalTime time={until} />
              </>
            )}
            {note === null ? null : `: ${note}`}
          </>
        ),
      },
      ...(endedAt === null || endedBy === null
        ? []
        : [{ key: `e${id}`, at: endedAt, who: actor.name, what: `acknowledgement ${endWords[endedBy]}` }]),
    ]),
    ...alert.remarks.map(({ id, actor, at, text, kind }) => ({
      key: `r${id}`,
      at,
      who: actor.name,
      what: (
        <span className="whitespace-pre-wrap">
          {kind === "resolution" ? <strong className="text-strong">How it was resolved: </strong> : null}
          {text}
        </span>
      ),
      ...(actor.id === me.id ? { remove: id } : {}),
    })),
  ];
  return entries.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

function History({
  alert,
  me,
  onRefresh,
}: {
  alert: AlertDetail;
  me: { id: string; name: string };
  onRefresh: () => void;
}) {
  const [text, setText] = useState("");
  const { busy, run } = useAlertActions();
  const kind = alert.state === "inactive" ? "resolution" : "comment";

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (text.trim() === "") return;
    const isDone = await run("comment", () => commentOnAlert(alert.id, { text: text.trim(), kind }));
    if (isDone) setText("");
    onRefresh();
  }

  return (
    <Panel title="History" height="auto">
      <div className="grid gap-3">
        {alert.actions.includes("comment") ? (
          <form onSubmit={submit} className="grid gap-2">
            <Textarea
              aria-label={kind === "resolution" ? "How it was resolved" : "Comment"}
              placeholder={kind === "resolution" ? "How it was resolved" : "Comment"}
              rows={2}
              className="min-h-14"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <div className="flex justify-end">
              <Button
                type="submit"
                loading={busy === "comment"}
                disabledReason={text.trim() === "" ? "Write something first" : undefined}
              >
                {kind === "resolution" ? "Add the note" : "Comment"}
              </Button>
            </div>
          </form>
        ) : null}
        <ol className="grid gap-2">
          {entriesOf(alert, me).map(({ key, at, who, what, remove }) => (
            <li key={key} className="grid grid-cols-[6rem_minmax(0,1fr)_auto] items-start gap-3">
              <RelativeTime time={at} className="text-secondary" />
              <span className="min-w-0 [overflow-wrap:anywhere]">
                {who === null ? null : <span className="text-secondary">{who} </span>}
                {what}
              </span>
              {remove === undefined ? (
                <span />
              ) : (
                <IconButton
                  label="Delete this comment"
                  size="sm"
                  onClick={() =>
                    void run("delete comment", () => deleteComment(alert.id, remove)).then(onRefresh)
                  }
                >
                  <Trash2 />
                </IconButton>
              )}
            </li>
          ))}
        </ol>
      </div>
    </Panel>
  );
}
