"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { BellOff } from "lucide-react";
import { debounce, parseAsBoolean, parseAsString, useQueryStates } from "nuqs";
import { useState } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Code } from "@/components/ui/code-block";
import { Dialog } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Field } from "@/components/ui/field";
import { FilterSelect } from "@/components/ui/filter-select";
import { SearchInput } from "@/components/ui/input";
import { LoadingBar } from "@/components/ui/loading-bar";
import { Pagination, useCursorPages } from "@/components/ui/pagination";
import { RelativeTime } from "@/components/ui/relative-time";
import { Skeleton } from "@/components/ui/skeleton";
import type { State } from "@/components/ui/state";
import { StateBadge } from "@/components/ui/state-badge";
import { toast } from "@/components/ui/toaster";
import { addSilence, alertsKey, expireSilence, silencesKey, silencesQuery } from "@/lib/alerts/client";
import { matcherWords } from "@/lib/alerts/silences/matcher-words";
import type { ConnectedAlertmanager, SilenceView } from "@/lib/alerts/silences/schema";
import { errorFacts } from "@/lib/api/client";
import { formatTime } from "@/lib/units";
import { AlertsTabs } from "./alerts-tabs";
import { SilenceDialog } from "./silence-dialog";

const states: Record<SilenceView["state"], { state: State; words: string }> = {
  active: { state: "silenced", words: "Active" },
  pending: { state: "pending", words: "To come" },
  expired: { state: "paused", words: "Over" },
};

const parsers = {
  q: parseAsString.withDefault(""),
  origin: parseAsString.withDefault(""),
  expired: parseAsBoolean.withDefault(false),
};

const originOptions = [
  { value: "console", label: "Made here" },
  { value: "alertmanager", label: "In an Alertmanager" },
];

/** What is muted, until when, why, by whom, and where that is made. */
export function SilencesPage({ canSilence }: { canSilence: boolean }) {
  const queries = useQueryClient();
  const [filters, setFilters] = useQueryStates(parsers, { history: "replace" });
  const [typed, setTyped] = useState(filters.q);
  const pages = useCursorPages(JSON.stringify(filters));
  const silences = useQuery(silencesQuery(filters, pages.cursor));
  const [dialog, setDialog] = useState<"add" | SilenceView | null>(null);
  const [ending, setEnding] = useState<string | null>(null);
  const items = silences.data?.items ?? [];
  const alertmanagers = silences.data?.alertmanagers ?? [];
  const isFiltered = filters.q !== "" || filters.origin !== "";

  const refresh = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: silencesKey }),
      queries.invalidateQueries({ queryKey: alertsKey }),
    ]);

  async function makeAgain({ matchers, state, startsAt, endsAt, comment, sources }: SilenceView) {
    try {
      await addSilence({
        matchers,
        startsAt: state === "pending" ? startsAt : null,
        endsAt,
        comment,
        source: sources[0] ?? null,
      });
      toast("The silence is made again", { state: "silenced" });
    } catch (error) {
      toast("It was not made again", { state: "failed", description: errorFacts(error).detail });
    } finally {
      await refresh();
    }
  }

  async function end(silence: SilenceView) {
    setEnding(silence.id);
    try {
      await expireSilence(silence.id);
      toast(
        silence.sources.length > 0
          ? `The silence has ended in ${silence.sources.join(" and ")}`
          : "The silence has ended",
        { state: "ok", action: { label: "Undo", onClick: () => void makeAgain(silence) } },
      );
    } catch (error) {
      toast("It was not ended", { state: "failed", description: errorFacts(error).detail });
    } finally {
      setEnding(null);
      await refresh();
    }
  }

  return (
    <>
      <PageHeader
        title="Silences"
        description="A silence mutes whatever its labels select, now and later, until it ends. The alerts stay visible. Those of connected Alertmanagers mute the channels here too."
        actions={
          canSilence ? (
            <Button variant="primary" onClick={() => setDialog("add")}>
              <BellOff aria-hidden />
              New silence
            </Button>
          ) : null
        }
      />
      <AlertsTabs current="silences" />
      <NotRead alertmanagers={alertmanagers} />
      <div className="mb-3 grid grid-cols-2 items-center gap-2 sm:flex sm:flex-wrap">
        <SearchInput
          className="col-span-2 sm:w-72"
          aria-label="Search silences"
          placeholder="Search labels, reasons, names"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            void setFilters({ q: event.target.value }, { limitUrlUpdates: debounce(250) });
          }}
        />
        {alertmanagers.length > 0 || filters.origin !== "" ? (
          <FilterSelect
            className="sm:w-48"
            aria-label="Where it is made"
            all="Made anywhere"
            values={originOptions}
            value={filters.origin}
            onValueChange={(origin) => void setFilters({ origin })}
          />
        ) : null}
        <Field label="Show those that are over" inline>
          <Checkbox
            checked={filters.expired}
            onCheckedChange={(checked) => void setFilters({ expired: checked === true })}
          />
        </Field>
      </div>
      {silences.isError && silences.data === undefined ? (
        <ErrorState
          title="The silences could not be read"
          error={errorFacts(silences.error)}
          onRetry={() => void silences.refetch()}
          retrying={silences.isFetching}
        />
      ) : silences.data === undefined ? (
        <Skeleton className="h-24 w-full" />
      ) : items.length === 0 ? (
        <EmptyState title={isFiltered ? "No silence matches" : "Nothing is silenced"}>
          {isFiltered
            ? "Search for something else, or look at all of them."
            : "Silence an alert from its page, or by labels from here."}
        </EmptyState>
      ) : (
        <div className="relative grid grid-cols-1 gap-3">
          {silences.isPlaceholderData ? <LoadingBar /> : null}
          <ul className="rounded-panel border bg-surface-panel">
            {items.map((silence) => (
              <SilenceRow
                key={silence.id}
                silence={silence}
                isEnding={ending === silence.id}
                onEdit={() => setDialog(silence)}
                onEnd={() => void end(silence)}
              />
            ))}
          </ul>
          <Pagination
            nextCursor={silences.data.nextCursor}
            canGoBack={pages.canGoBack}
            onNext={pages.next}
            onBack={pages.back}
            shown={items.length}
            noun={items.length === 1 ? "silence" : "silences"}
            loading={silences.isPlaceholderData}
          />
        </div>
      )}
      <Dialog open={dialog !== null} onOpenChange={(open) => (open ? undefined : setDialog(null))}>
        {dialog === null ? null : (
          <SilenceDialog silence={dialog === "add" ? undefined : dialog} onDone={() => setDialog(null)} />
        )}
      </Dialog>
    </>
  );
}

/** Which Alertmanagers did not answer, and what of theirs is shown. */
function NotRead({ alertmanagers }: { alertmanagers: readonly ConnectedAlertmanager[] }) {
  const away = alertmanagers.filter(({ problem }) => problem !== null);
  if (away.length === 0) return null;
  return (
    <div role="status">
      <ul className="mb-3 grid gap-1 rounded-panel bg-none-tint px-4 py-2 text-none-text [overflow-wrap:anywhere]">
        {away.map(({ name, problem, readAt }) => (
          <li key={name}>
            The silences of {name} could not be read: {problem}{" "}
            {readAt === null ? (
              "None of them is known here."
            ) : (
              <>
                Shown as they were <RelativeTime time={readAt} />; they count until they end.
              </>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

function SilenceRow({
  silence,
  isEnding,
  onEdit,
  onEnd,
}: {
  silence: SilenceView;
  isEnding: boolean;
  onEdit: () => void;
  onEnd: () => void;
}) {
  const { state, words } = states[silence.state];
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 border-b px-4 py-3 last:border-b-0">
      <StateBadge state={state} className="shrink-0">
        {words}
      </StateBadge>
      <div className="grid min-w-0 flex-1 basis-64 gap-1">
        <span className="flex flex-wrap gap-1">
          {silence.matchers.map((matcher) => (
            <Code key={matcherWords(matcher)}>{matcherWords(matcher)}</Code>
          ))}
        </span>
        <span className="[overflow-wrap:anywhere]">{silence.comment}</span>
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1 text-caption text-secondary">
          {silence.origin === "alertmanager" ? (
            <Badge>{`Alertmanager: ${silence.sources.join(" and ")}`}</Badge>
          ) : null}
          <span className="[overflow-wrap:anywhere]">
            {silence.createdBy}, from {formatTime(new Date(silence.startsAt))} until{" "}
            {formatTime(new Date(silence.endsAt))}
            {silence.state === "active"
              ? `; covers ${silence.covers} active ${silence.covers === 1 ? "alert" : "alerts"}`
              : null}
          </span>
        </span>
        {silence.origin === "alertmanager" ? (
          <span className="text-caption text-mono text-secondary [overflow-wrap:anywhere]">{silence.id}</span>
        ) : null}
        {silence.problem === null ? null : (
          <span className="text-caption text-warning-text">{silence.problem}</span>
        )}
      </div>
      {silence.actions.length === 0 ? null : (
        <span className="flex gap-2">
          {silence.actions.includes("edit") ? (
            <Button size="sm" onClick={onEdit}>
              Change
            </Button>
          ) : null}
          {silence.actions.includes("expire") ? (
            <Button size="sm" loading={isEnding} onClick={onEnd}>
              End
            </Button>
          ) : null}
        </span>
      )}
    </li>
  );
}
