"use client";

import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { debounce, parseAsString, useQueryState, useQueryStates } from "nuqs";
import { useState } from "react";
import { PageHeader } from "@/components/shell/page-header";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/class-names";
import { Dialog } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { FilterSelect } from "@/components/ui/filter-select";
import { Input, SearchInput } from "@/components/ui/input";
import { Pagination, useCursorPages } from "@/components/ui/pagination";
import { LoadingBar } from "@/components/ui/panel";
import { RelativeTime } from "@/components/ui/relative-time";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { errorFacts } from "@/lib/api/client";
import { type AuditFilters, auditEventsQuery } from "@/lib/audit/client";
import type { AuditEventView } from "@/lib/audit/schema";
import { actorTypeWords } from "./actor";
import { AuditEventSheet } from "./audit-event";
import { changeSummary } from "./audit-summary";

const CUSTOM = "custom";

const sinceOptions = [
  { value: "3600", label: "Last hour" },
  { value: "86400", label: "Last 24 hours" },
  { value: "604800", label: "Last 7 days" },
  { value: "2592000", label: "Last 30 days" },
  { value: CUSTOM, label: "From … to …" },
];

const text = parseAsString.withDefault("");
const parsers = {
  q: text,
  actor: text,
  action: text,
  resourceType: text,
  resourceId: text,
  since: text,
  start: text,
  end: text,
};
const noFilters = Object.fromEntries(Object.keys(parsers).map((name) => [name, ""])) as AuditFilters;

/** RFC 3339 as the value of an `<input type="datetime-local">` in the viewer's zone, and back; empty for none. */
const toLocal = (time: string): string => {
  const date = new Date(time);
  if (time === "" || Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};
const fromLocal = (value: string): string => (value === "" ? "" : new Date(value).toISOString());

/** Who did what to which thing: searched, filtered, each with what it was before and after. */
export function AuditPage({ vocabulary }: { vocabulary: { actions: string[]; resourceTypes: string[] } }) {
  const [url, setUrl] = useQueryStates(parsers, { history: "replace" });
  const [open, setOpen] = useQueryState("event", parseAsString.withOptions({ history: "push" }));
  const [typed, setTyped] = useState({ q: url.q, actor: url.actor });
  const [custom, setCustom] = useState(url.start !== "" || url.end !== "");
  const filters: AuditFilters = { ...url, since: /^\d+$/.test(url.since) ? url.since : "" };
  const pages = useCursorPages(JSON.stringify(filters));
  const events = useQuery(auditEventsQuery(filters, pages.cursor));
  const isFiltered = Object.values(filters).some((value) => value !== "");
  const items = events.data?.items ?? [];

  function type(patch: Partial<typeof typed>) {
    setTyped((before) => ({ ...before, ...patch }));
    void setUrl(patch, { limitUrlUpdates: debounce(250) });
  }

  function clear() {
    setTyped({ q: "", actor: "" });
    setCustom(false);
    void setUrl(noFilters);
  }

  const options = (values: string[]) => values.map((value) => ({ value, label: value }));

  return (
    <>
      <PageHeader
        title="Audit"
        description="Every change that a person, an API key or a job made, with what it was before and after. Nothing here is ever changed or deleted."
      />
      <div className="mb-3 grid grid-cols-2 items-center gap-2 sm:flex sm:flex-wrap">
        <SearchInput
          className="col-span-2 sm:w-64"
          aria-label="Search the audit log"
          placeholder="Search names, actions, reasons"
          value={typed.q}
          onChange={(event) => type({ q: event.target.value })}
        />
        <Input
          className="sm:w-44"
          type="search"
          aria-label="Actor"
          placeholder="Actor"
          value={typed.actor}
          onChange={(event) => type({ actor: event.target.value })}
        />
        <FilterSelect
          className="sm:w-44"
          aria-label="Action"
          all="Any action"
          values={options(vocabulary.actions)}
          value={filters.action}
          onValueChange={(action) => void setUrl({ action })}
        />
        <FilterSelect
          className="sm:w-40"
          aria-label="Resource"
          all="Any resource"
          values={options(vocabulary.resourceTypes)}
          value={filters.resourceType}
          onValueChange={(resourceType) => void setUrl({ resourceType })}
        />
        <FilterSelect
          className="sm:w-40"
          aria-label="Time"
          all="Any time"
          values={sinceOptions}
          value={custom ? CUSTOM : filters.since}
          onValueChange={(value) => {
            setCustom(value === CUSTOM);
            void setUrl(value === CUSTOM ? { since: "" } : { since: value, start: "", end: "" });
          }}
        />
        {custom ? (
          <>
            <Input
              className="sm:w-52"
              type="datetime-local"
              aria-label="From"
              value={toLocal(filters.start)}
              onChange={(event) => void setUrl({ start: fromLocal(event.target.value) })}
            />
            <Input
              className="sm:w-52"
              type="datetime-local"
              aria-label="To"
              value={toLocal(filters.end)}
              onChange={(event) => void setUrl({ end: fromLocal(event.target.value) })}
            />
          </>
        ) : null}
        {filters.resourceId === "" ? null : (
          <Badge className="h-8 px-3">
            of <span className="text-mono">{filters.resourceId}</span>
          </Badge>
        )}
        {isFiltered ? (
          <Button variant="ghost" onClick={clear}>
            <X aria-hidden />
            Clear
          </Button>
        ) : null}
      </div>
      {events.isError && events.data === undefined ? (
        <ErrorState
          title="The audit log could not be read"
          error={errorFacts(events.error)}
          onRetry={() => void events.refetch()}
          retrying={events.isFetching}
        />
      ) : events.data && items.length === 0 && pages.cursor === null ? (
        isFiltered ? (
          <EmptyState
            title="Nothing matches these filters"
            action={<Button onClick={clear}>Clear the filters</Button>}
          />
        ) : (
          <EmptyState title="Nothing was changed yet" docs={{ href: "/docs/api", label: "What is recorded" }}>
            Each change of a data source, user, key or other decision appears here, with who made it.
          </EmptyState>
        )
      ) : (
        <div className="relative grid gap-3">
          {events.isPlaceholderData ? <LoadingBar /> : null}
          <Table label="Audit events" cards aria-busy={events.isFetching || undefined}>
            <TableHead>
              <tr>
                <TableHeader>When</TableHeader>
                <TableHeader>Who</TableHeader>
                <TableHeader>Action</TableHeader>
                <TableHeader>Resource</TableHeader>
                <TableHeader>Change</TableHeader>
              </tr>
            </TableHead>
            <TableBody>
              {events.isPending
                ? ["a", "b", "c", "d", "e"].map((row) => (
                    <TableRow key={row}>
                      <TableCell colSpan={5}>
                        <Skeleton className="h-3 w-full" />
                      </TableCell>
                    </TableRow>
                  ))
                : items.map((event) => (
                    <EventRow
                      key={event.id}
                      event={event}
                      isOpen={event.id === open}
                      onOpen={() => void setOpen(event.id)}
                      onActor={() => type({ actor: event.actor.name })}
                      onResource={() =>
                        void setUrl({ resourceType: event.resource.type, resourceId: event.resource.id })
                      }
                    />
                  ))}
            </TableBody>
          </Table>
          <Pagination
            nextCursor={events.data?.nextCursor ?? null}
            canGoBack={pages.canGoBack}
            onNext={pages.next}
            onBack={pages.back}
            shown={items.length}
            noun={items.length === 1 ? "event" : "events"}
            loading={events.isFetching}
          />
        </div>
      )}
      <Dialog open={open !== null} onOpenChange={(next) => (next ? undefined : void setOpen(null))}>
        {open === null ? null : <AuditEventSheet id={open} />}
      </Dialog>
    </>
  );
}

/** Of a row that is a card: a line of its own under who and when. */
const wholeLine = "max-md:order-3 max-md:col-span-2";

function EventRow({
  event,
  isOpen,
  onOpen,
  onActor,
  onResource,
}: {
  event: AuditEventView;
  isOpen: boolean;
  onOpen: () => void;
  onActor: () => void;
  onResource: () => void;
}) {
  const filterButton = "rounded-control text-left hover:underline";
  return (
    <TableRow
      interactive
      selected={isOpen}
      className="max-md:grid-cols-[minmax(0,1fr)_auto] max-md:gap-x-4 max-md:gap-y-1"
    >
      <TableCell className="max-md:order-2">
        <RelativeTime time={event.at} className="text-secondary" />
      </TableCell>
      <TableCell className="max-md:order-1">
        <button type="button" className={filterButton} title="Show only this actor" onClick={onActor}>
          {event.actor.name}
        </button>
        {event.actor.type === "user" ? null : (
          <span className="text-secondary">{` ${actorTypeWords[event.actor.type]}`}</span>
        )}
      </TableCell>
      <TableCell className={cn("text-mono", wholeLine)}>{event.action}</TableCell>
      <TableCell className={wholeLine}>
        <span className="text-secondary">{`${event.resource.type.replaceAll("_", " ")} `}</span>
        <button type="button" className={filterButton} title="Show only this resource" onClick={onResource}>
          <span className="inline-block max-w-[32ch] truncate align-bottom max-md:max-w-full">
            {event.resource.name ?? event.resource.id}
          </span>
        </button>
      </TableCell>
      <TableCell className={wholeLine}>
        <a
          href={`?event=${event.id}`}
          className="text-link hover:underline"
          onClick={(click) => {
            if (click.metaKey || click.ctrlKey) return;
            click.preventDefault();
            onOpen();
          }}
        >
          {changeSummary(event)}
        </a>
      </TableCell>
    </TableRow>
  );
}
