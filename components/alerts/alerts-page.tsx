"use client";

import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { debounce, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { Fragment, useEffect, useState } from "react";
import type { z } from "zod";
import { PageHeader } from "@/components/shell/page-header";
import { Button, ButtonLink } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { FilterSelect } from "@/components/ui/filter-select";
import { SearchInput } from "@/components/ui/input";
import { LoadingBar } from "@/components/ui/loading-bar";
import { Pagination, useCursorPages } from "@/components/ui/pagination";
import { RelativeTime } from "@/components/ui/relative-time";
import { Select } from "@/components/ui/select";
import { useShortcuts } from "@/components/ui/shortcuts";
import { Skeleton } from "@/components/ui/skeleton";
import { StateBadge } from "@/components/ui/state-badge";
import { type AlertListFilters, alertCountsQuery, alertsQuery } from "@/lib/alerts/client";
import type { AlertView, alertCountsSchema } from "@/lib/alerts/schema";
import { errorFacts } from "@/lib/api/client";
import { AcknowledgeDialog } from "./acknowledge-dialog";
import { AlertRow } from "./alert-row";
import { firingAnswer, severityWords } from "./alert-words";
import { AlertsTabs } from "./alerts-tabs";
import { countWords, type Grouping, grouped, groupings } from "./groups";
import { SilenceDialog } from "./silence-dialog";
import { endOf, muteSpans } from "./times";
import { useAlertActions } from "./use-alert-actions";

const text = parseAsString.withDefault("");
const parsers = {
  q: text,
  state: parseAsStringLiteral(["active", "firing", "pending", "resolved", "all"]).withDefault("active"),
  severity: text,
  service: text,
  handling: text,
  origin: text,
  group: parseAsStringLiteral(groupings).withDefault("severity"),
};

const stateOptions = [
  { value: "active", label: "Active" },
  { value: "firing", label: "Firing" },
  { value: "pending", label: "Pending" },
  { value: "resolved", label: "Resolved" },
  { value: "all", label: "All" },
];
const handlingOptions = [
  { value: "open", label: "Nobody sees to it" },
  { value: "acknowledged", label: "Acknowledged" },
  { value: "mine", label: "Mine" },
  { value: "snoozed", label: "Snoozed" },
  { value: "silenced", label: "Silenced" },
];
const originOptions = [
  { value: "console", label: "Evaluated here" },
  { value: "prometheus", label: "Prometheus" },
  { value: "alertmanager", label: "Alertmanager" },
];
const groupOptions: { value: Grouping; label: string }[] = [
  { value: "severity", label: "By severity" },
  { value: "service", label: "By service" },
  { value: "rule", label: "By rule" },
];

type Counts = z.infer<typeof alertCountsSchema>;

const nothingSelected = { list: "", ids: new Set<string>() as ReadonlySet<string> };

/** The minute that is shown of what is pending moves on without news. */
function useNow(): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    const timer = setInterval(() => setNow(new Date()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** What fires and what is about to: by severity, searched and filtered, worked by keyboard or thumb. */
export function AlertsPage({
  vocabulary,
  canAct,
  canAddRules,
}: {
  vocabulary: { severities: string[]; services: string[] };
  canAct: boolean;
  canAddRules: boolean;
}) {
  const router = useRouter();
  const now = useNow();
  const [url, setUrl] = useQueryStates(parsers, { history: "replace" });
  const [typed, setTyped] = useState(url.q);
  const [selection, setSelection] = useState<{ list: string; ids: ReadonlySet<string> }>(nothingSelected);
  const [focused, setFocused] = useState<string | null>(null);
  const [dialog, setDialog] = useState<"acknowledge" | "silence" | null>(null);
  const { group, ...filters } = url;
  const list = JSON.stringify(filters);
  const pages = useCursorPages(list);
  const alerts = useQuery(alertsQuery(filters satisfies AlertListFilters, pages.cursor));
  const counts = useQuery(alertCountsQuery());
  const { busy, acknowledge, bulk } = useAlertActions();
  const items = alerts.data?.items ?? [];
  // Another filter begins with nothing selected: what is no longer on screen must not be acted on.
  const selected = selection.list === list ? selection.ids : nothingSelected.ids;
  const groups = grouped(items, group);
  const ordered = groups.flatMap((each) => each.alerts);
  const chosen = ordered.filter(({ id }) => selected.has(id));
  const current = ordered.find(({ id }) => id === focused);
  const targets = chosen.length > 0 ? chosen : current === undefined ? [] : [current];
  const isFiltered =
    filters.q !== "" ||
    filters.severity !== "" ||
    filters.service !== "" ||
    filters.handling !== "" ||
    filters.origin !== "";

  function move(by: number) {
    const index = ordered.findIndex(({ id }) => id === focused);
    const next = ordered[Math.min(ordered.length - 1, Math.max(0, index + by))];
    if (next === undefined) return;
    setFocused(next.id);
    const row = document.querySelector<HTMLElement>(`[data-alert="${next.id}"]`);
    row?.querySelector<HTMLElement>("a")?.focus();
    row?.scrollIntoView({ block: "nearest" });
  }

  function select(those: readonly string[], isOn: boolean) {
    const ids = new Set(selected);
    for (const id of those)
      if (isOn) ids.add(id);
      else ids.delete(id);
    setSelection({ list, ids });
  }

  async function acknowledgeTargets(given: { note: string | null; until: string | null }) {
    const [only] = targets;
    if (only === undefined) return;
    const isDone =
      targets.length === 1
        ? await acknowledge(only, given)
        : await bulk(
            targets.map(({ id }) => id),
            "acknowledge",
            given,
            "are acknowledged",
          );
    if (isDone) setSelection(nothingSelected);
    setDialog(null);
  }

  async function snoozeChosen() {
    const isDone = await bulk(
      chosen.map(({ id }) => id),
      "snooze",
      { until: endOf(muteSpans, "1h", new Date()) },
      "are snoozed for an hour",
    );
    if (isDone) setSelection(nothingSelected);
  }

  useShortcuts([
    { keys: "j", label: "Next alert", group: "Alerts", run: () => move(1) },
    { keys: "k", label: "Alert before", group: "Alerts", run: () => move(-1) },
    ...(canAct
      ? [
          {
            keys: "x",
            label: "Select the alert",
            group: "Alerts",
            run: () => focused !== null && select([focused], !selected.has(focused)),
          },
          {
            keys: "e",
            label: "Acknowledge",
            group: "Alerts",
            run: () => void acknowledgeTargets({ note: null, until: null }),
          },
          {
            keys: "n",
            label: "Acknowledge with a note",
            group: "Alerts",
            run: () => targets.length > 0 && setDialog("acknowledge"),
          },
          {
            keys: "m",
            label: "Silence",
            group: "Alerts",
            run: () => targets.length > 0 && setDialog("silence"),
          },
        ]
      : []),
    {
      keys: "o",
      label: "Open the alert",
      group: "Alerts",
      run: () => focused !== null && router.push(`/alerts/${focused}`),
    },
  ]);

  function clear() {
    setTyped("");
    void setUrl({ q: "", severity: "", service: "", handling: "", origin: "" });
  }

  const choose = (name: "severity" | "service" | "handling" | "origin") => (value: string) =>
    void setUrl({ [name]: value });

  return (
    <>
      <PageHeader
        title="Alerts"
        state={counts.data === undefined ? undefined : <Answer counts={counts.data} />}
        actions={
          canAddRules ? (
            <ButtonLink href="/alerts/rules/new">
              <Plus aria-hidden />
              New rule
            </ButtonLink>
          ) : null
        }
      />
      <AlertsTabs current="alerts" />
      {counts.data === undefined ? null : <NotKnown rules={counts.data.rules} />}
      <div className="mb-3 grid grid-cols-2 items-center gap-2 sm:flex sm:flex-wrap">
        <SearchInput
          className="col-span-2 sm:w-60"
          aria-label="Search alerts"
          placeholder="Names, labels, annotations"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            void setUrl({ q: event.target.value }, { limitUrlUpdates: debounce(250) });
          }}
        />
        <Select
          className="sm:w-28"
          aria-label="State"
          options={stateOptions}
          value={filters.state}
          onValueChange={(state) => void setUrl({ state: state as typeof filters.state })}
        />
        <FilterSelect
          className="sm:w-36"
          aria-label="Severity"
          all="Any severity"
          values={vocabulary.severities.map((value) => ({ value, label: severityWords(value) }))}
          value={filters.severity}
          onValueChange={choose("severity")}
        />
        <FilterSelect
          className="sm:w-36"
          aria-label="Service"
          all="Any service"
          values={vocabulary.services.map((value) => ({ value, label: value }))}
          value={filters.service}
          onValueChange={choose("service")}
        />
        <FilterSelect
          className="sm:w-40"
          aria-label="Who sees to it"
          all="Seen to or not"
          values={handlingOptions}
          value={filters.handling}
          onValueChange={choose("handling")}
        />
        <FilterSelect
          className="sm:w-36"
          aria-label="Origin"
          all="Any origin"
          values={originOptions}
          value={filters.origin}
          onValueChange={choose("origin")}
        />
        <Select
          className="sm:w-36"
          aria-label="Group"
          options={groupOptions}
          value={group}
          onValueChange={(value) => void setUrl({ group: value as Grouping })}
        />
        {isFiltered ? (
          <Button variant="ghost" onClick={clear}>
            <X aria-hidden />
            Clear
          </Button>
        ) : null}
      </div>
      {alerts.isError && alerts.data === undefined ? (
        <ErrorState
          title="The alerts could not be read"
          error={errorFacts(alerts.error)}
          onRetry={() => void alerts.refetch()}
          retrying={alerts.isFetching}
        />
      ) : alerts.isPending ? (
        <div className="grid gap-2 rounded-panel border bg-surface-panel p-4">
          {["a", "b", "c", "d"].map((row) => (
            <Skeleton key={row} className="h-10 w-full" />
          ))}
        </div>
      ) : items.length === 0 && pages.cursor === null ? (
        <Nothing
          isFiltered={isFiltered}
          state={filters.state}
          counts={counts.data}
          canAddRules={canAddRules}
          onClear={clear}
        />
      ) : (
        <div className="relative grid gap-4 pb-16">
          {alerts.isPlaceholderData ? <LoadingBar /> : null}
          {groups.map(({ key, title, alerts: members }) => (
            <section key={key} aria-label={title}>
              <div className="mb-1 flex items-center gap-3">
                <GroupBox
                  title={title}
                  alerts={canAct ? members : []}
                  selected={selected}
                  onSelect={select}
                />
                <h2 className="text-secondary text-strong">
                  {title} <span className="font-normal tabular-nums">{countWords(members)}</span>
                </h2>
              </div>
              <ul className="rounded-panel border bg-surface-panel">
                {members.map((alert) => (
                  <AlertRow
                    key={alert.id}
                    alert={alert}
                    now={now}
                    isFocused={alert.id === focused}
                    isSelected={selected.has(alert.id)}
                    busy={busy === `acknowledge ${alert.id}`}
                    onSelect={canAct && isSelectable(alert) ? (on) => select([alert.id], on) : undefined}
                    onAcknowledge={() => void acknowledge(alert)}
                    onFocus={() => setFocused(alert.id)}
                  />
                ))}
              </ul>
            </section>
          ))}
          <Pagination
            nextCursor={alerts.data.nextCursor}
            canGoBack={pages.canGoBack}
            onNext={pages.next}
            onBack={pages.back}
            shown={items.length}
            noun={items.length === 1 ? "alert" : "alerts"}
            loading={alerts.isFetching && alerts.isPlaceholderData}
          />
        </div>
      )}
      {chosen.length > 0 ? (
        <div
          role="toolbar"
          aria-label="Selected alerts"
          // By thumb all of it can be reached, and nothing is hit by mistake.
          className="fixed inset-x-0 bottom-0 z-40 grid grid-cols-2 items-center justify-center gap-2 border-t bg-surface-raised p-3 shadow-overlay max-md:*:min-h-11 md:flex"
        >
          <span className="inline-flex items-center tabular-nums max-md:pl-1" role="status">
            {chosen.length} selected
          </span>
          <Button variant="ghost" className="md:order-1" onClick={() => setSelection(nothingSelected)}>
            Clear
          </Button>
          <Button
            variant="primary"
            loading={busy === "bulk acknowledge"}
            onClick={() => void acknowledgeTargets({ note: null, until: null })}
          >
            Acknowledge
          </Button>
          <Button onClick={() => setDialog("acknowledge")}>With a note</Button>
          <Button loading={busy === "bulk snooze"} onClick={() => void snoozeChosen()}>
            Snooze 1 h
          </Button>
          <Button onClick={() => setDialog("silence")}>Silence</Button>
        </div>
      ) : null}
      <Dialog open={dialog !== null} onOpenChange={(open) => (open ? undefined : setDialog(null))}>
        {dialog === "acknowledge" ? (
          <AcknowledgeDialog
            title={
              targets.length === 1
                ? `Acknowledge ${targets[0]!.name}`
                : `Acknowledge ${targets.length} alerts`
            }
            busy={busy !== null}
            onSubmit={(given) => void acknowledgeTargets(given)}
          />
        ) : dialog === "silence" ? (
          <SilenceDialog
            labels={sharedLabels(targets)}
            source={sharedAlertmanager(targets)}
            onDone={() => setDialog(null)}
          />
        ) : null}
      </Dialog>
    </>
  );
}

/** The Alertmanager that all of them come from; null where they come from several or elsewhere. */
function sharedAlertmanager(alerts: readonly Pick<AlertView, "origin" | "source">[]): string | null {
  const [first] = alerts;
  return first?.origin === "alertmanager" && alerts.every(({ source }) => source === first.source)
    ? first.source
    : null;
}

/** The labels that all of them have with one value. */
function sharedLabels(
  alerts: readonly { labels: Readonly<Record<string, string>> }[],
): Record<string, string> {
  const [first, ...others] = alerts;
  if (first === undefined) return {};
  return Object.fromEntries(
    Object.entries(first.labels).filter(([name, value]) =>
      others.every(({ labels }) => labels[name] === value),
    ),
  );
}

/** What is over takes no more acts. */
const isSelectable = ({ state }: AlertView): boolean => state !== "inactive";

/** Selects a whole group at once; nothing where none of it can be. */
function GroupBox({
  title,
  alerts,
  selected,
  onSelect,
}: {
  title: string;
  alerts: readonly AlertView[];
  selected: ReadonlySet<string>;
  onSelect: (ids: readonly string[], isOn: boolean) => void;
}) {
  const ids = alerts.filter(isSelectable).map(({ id }) => id);
  const count = ids.filter((id) => selected.has(id)).length;
  if (ids.length === 0) return null;
  return (
    <Checkbox
      aria-label={`Select all of ${title}`}
      className="ml-4 max-md:after:size-11"
      checked={count === 0 ? false : count === ids.length ? true : "indeterminate"}
      onCheckedChange={() => onSelect(ids, count < ids.length)}
    />
  );
}

const unknownOf = ({ failing, late }: Counts["rules"]): number => failing + late;

/** Says that the list may be wrong: what a rule would raise that is not evaluated is not in it. */
function NotKnown({ rules }: { rules: Counts["rules"] }) {
  if (unknownOf(rules) === 0) return null;
  const link = (state: "error" | "late", count: number, words: string) =>
    count === 0 ? [] : [{ state, text: `${count} ${words}` }];
  const links = [
    ...link("error", rules.failing, "cannot be evaluated"),
    ...link("late", rules.late, rules.late === 1 ? "is overdue" : "are overdue"),
  ];
  return (
    <p role="status" className="mb-3 rounded-panel bg-none-tint px-4 py-2 text-none-text">
      Of {rules.all} {rules.all === 1 ? "rule" : "rules"}{" "}
      {links.map(({ state, text }, index) => (
        <Fragment key={state}>
          {index > 0 ? " and " : null}
          <Link href={`/alerts/rules?state=${state}`} className="text-link underline underline-offset-2">
            {text}
          </Link>
        </Fragment>
      ))}
      : what they watch may be worse than it looks here.
    </p>
  );
}

function Answer({ counts }: { counts: Counts }) {
  if (counts.firing === 0 && counts.pending === 0) {
    if (counts.rules.all === 0) return <StateBadge state="unknown">Nothing is watched</StateBadge>;
    if (unknownOf(counts.rules) > 0)
      return <StateBadge state="cannot_evaluate">Nothing known to fire</StateBadge>;
  }
  if (counts.firing === 0)
    return (
      <StateBadge state="ok">{counts.pending === 0 ? "All clear" : `${counts.pending} pending`}</StateBadge>
    );
  const { state, words } = firingAnswer(counts);
  return <StateBadge state={state}>{words}</StateBadge>;
}

function Nothing({
  isFiltered,
  state,
  counts,
  canAddRules,
  onClear,
}: {
  isFiltered: boolean;
  state: string;
  counts: Counts | undefined;
  canAddRules: boolean;
  onClear: () => void;
}) {
  if (isFiltered)
    return (
      <EmptyState
        title="No alert matches these filters"
        action={<Button onClick={onClear}>Clear the filters</Button>}
      />
    );
  if (state === "resolved") return <EmptyState title="No alert has been resolved yet" />;
  // Whether all is clear is not known before the counts are.
  if (counts === undefined) return null;
  if (counts.rules.all === 0)
    return (
      <EmptyState
        title="Nothing is watched yet"
        action={
          canAddRules ? (
            <>
              <ButtonLink href="/alerts/rules/usual" variant="primary">
                Start with the usual rules
              </ButtonLink>
              <ButtonLink href="/alerts/rules/new">Make one</ButtonLink>
            </>
          ) : undefined
        }
      >
        There is no rule that could raise an alert. What a connected Prometheus or Alertmanager raises comes
        in by itself.
      </EmptyState>
    );
  const { clearSince } = counts;
  return (
    <EmptyState
      title={unknownOf(counts.rules) > 0 ? "Nothing is known to fire" : "All clear"}
      action={canAddRules ? <ButtonLink href="/alerts/rules">See what is watched</ButtonLink> : undefined}
    >
      {clearSince === null ? (
        "No alert has fired here."
      ) : (
        <>
          The last alert ended <RelativeTime time={clearSince} />.
        </>
      )}
    </EmptyState>
  );
}
