"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsString, useQueryState } from "nuqs";
import { PageHeader } from "@/components/shell/page-header";
import { type DataColumn, DataTable } from "@/components/ui/data-table";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Select } from "@/components/ui/select";
import { StateBadge } from "@/components/ui/state-badge";
import { errorFacts } from "@/lib/api/client";
import { usageQuery } from "@/lib/query/client";
import { type Usage, usagePeriods } from "@/lib/query/schema";
import { format, formatExact, type Unit } from "@/lib/units";

const actorTypeWords: Record<Usage["actor"]["type"], string> = {
  user: "user",
  api_key: "API key",
  system: "background",
};

const periodWords: Record<(typeof usagePeriods)[number], string> = {
  1: "This hour",
  6: "Last 6 hours",
  24: "Last 24 hours",
  168: "Last 7 days",
  720: "Last 30 days",
};
const usual = 24;
const periods = usagePeriods.map((hours) => ({ value: String(hours), label: periodWords[hours] }));

const amount = (
  id: keyof Usage,
  header: string,
  unit: Unit,
  value: (row: Usage) => number | null,
  rest: Partial<DataColumn<Usage>> = {},
): DataColumn<Usage> => ({
  id,
  header,
  numeric: true,
  descendingFirst: true,
  value,
  cell: (row) => <span title={formatExact(value(row), unit)}>{format(value(row), unit)}</span>,
  ...rest,
});
const hiddenOnPhones = { className: "max-md:hidden" };

const columns: DataColumn<Usage>[] = [
  {
    id: "actor",
    header: "Who",
    value: ({ actor }) => `${actor.name} ${actorTypeWords[actor.type]}`,
    cell: ({ actor }) => (
      <span
        title={actor.id}
        className="max-sm:inline-block max-sm:min-w-32 max-sm:whitespace-normal max-sm:[overflow-wrap:anywhere]"
      >
        <span className="text-strong">{actor.name}</span>
        {actor.type === "user" ? null : (
          <span className="text-secondary">{` ${actorTypeWords[actor.type]}`}</span>
        )}
      </span>
    ),
  },
  { id: "source", header: "Source", value: ({ source }) => source.name },
  amount("seconds", "Time", "seconds", ({ seconds }) => seconds, {
    hint: "For which the source was at work",
  }),
  amount("share", "Share", "ratio", ({ share }) => share, {
    ...hiddenOnPhones,
    hint: "Of the time that everybody together cost this source",
  }),
  amount("queries", "Queries", "count", ({ queries }) => queries, {
    ...hiddenOnPhones,
    hint: "Sent to the source; what was answered from what is kept costs it nothing",
  }),
  amount("failed", "Failed", "count", ({ failed }) => failed, hiddenOnPhones),
  amount("rejected", "Refused", "count", ({ rejected }) => rejected, {
    ...hiddenOnPhones,
    hint: "By a limit: too long a range, too many points or series, or too many at once",
  }),
  amount("series", "Series", "count", ({ series }) => series, hiddenOnPhones),
  amount("points", "Points", "count", ({ points }) => points, hiddenOnPhones),
  amount("bytes", "Read", "bytes", ({ bytes }) => bytes, hiddenOnPhones),
];

/** Who cost which source how much; everyone's for an administrator, one's own for others. */
export function QueryUsagePage({ seesAll }: { seesAll: boolean }) {
  const [period, setPeriod] = useQueryState("hours", parseAsString.withDefault(String(usual)));
  const hours = usagePeriods.find((each) => String(each) === period) ?? usual;
  const usage = useQuery(usageQuery(hours));
  const rows = usage.data?.items ?? [];
  const isShort = usage.data !== undefined && usage.data.nextCursor !== null;
  return (
    <>
      <PageHeader
        title="Query usage"
        state={
          usage.isError && usage.data !== undefined ? (
            <StateBadge state="no_data">Not up to date</StateBadge>
          ) : null
        }
        description={
          seesAll
            ? "Who cost which data source how much. Sources are asked in turns, so that nobody's queries hold up others'."
            : "What your queries cost each data source. An administrator sees everybody's."
        }
        actions={
          <Select
            aria-label="Period"
            options={periods}
            value={String(hours)}
            onValueChange={(value) => void setPeriod(value)}
          />
        }
      />
      {usage.isError && usage.data === undefined ? (
        <ErrorState
          title="The usage could not be read"
          error={errorFacts(usage.error)}
          onRetry={() => void usage.refetch()}
          retrying={usage.isFetching}
        />
      ) : (
        <div className="grid gap-2">
          <DataTable
            label="Table of usage"
            columns={columns}
            rows={rows}
            rowKey={({ actor, source }) => `${actor.type} ${actor.id} ${source.id}`}
            initialSort="-seconds"
            filter="Find a user, key or source"
            loading={usage.isPending}
            empty={
              <EmptyState
                title="Nothing was asked"
                docs={{ href: "/docs/queries", label: "How queries are bounded and counted" }}
              >
                No query of {seesAll ? "anybody" : "yours"} went to a data source in this period.
              </EmptyState>
            }
          />
          {isShort ? (
            <p className="text-caption text-secondary">The {rows.length} costliest are shown.</p>
          ) : null}
        </div>
      )}
    </>
  );
}
