"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { parseAsStringLiteral, useQueryState } from "nuqs";
import { PageHeader } from "@/components/shell/page-header";
import { ErrorState } from "@/components/ui/error-state";
import { Panel } from "@/components/ui/panel";
import { Segmented } from "@/components/ui/segmented";
import { StatCard } from "@/components/ui/stat-card";
import { alertReviewQuery } from "@/lib/alerts/client";
import { errorFacts } from "@/lib/api/client";
import { formatParts } from "@/lib/units";
import { AlertsTabs } from "./alerts-tabs";
import { durationWords } from "./duration-words";

const periods = ["7", "30", "90"] as const;
const options = periods.map((value) => ({ value, label: `${value} days` }));

const times = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** How alerts were handled: how fast, which rules are noise, and which nobody needs. */
export function ReviewPage() {
  const [days, setDays] = useQueryState("days", parseAsStringLiteral(periods).withDefault("7"));
  const review = useQuery(alertReviewQuery(Number(days)));
  const { data } = review;
  const loading = data === undefined;
  const time = (seconds: number | null | undefined) =>
    seconds === null || seconds === undefined ? null : formatParts(seconds, "seconds");
  return (
    <>
      <PageHeader
        title="Weekly review"
        description="How fast alerts were seen to, which rules are noise, and which never had anything to say."
        actions={
          <Segmented
            label="Period"
            options={options}
            value={days}
            onValueChange={(value) => void setDays(value)}
          />
        }
      />
      <AlertsTabs current="review" />
      {review.isError && loading ? (
        <ErrorState
          title="The review could not be read"
          error={errorFacts(review.error)}
          onRetry={() => void review.refetch()}
          retrying={review.isFetching}
        />
      ) : (
        <div className="grid grid-cols-1 gap-4">
          <div className="grid grid-cols-1 gap-4 sm:grid-cols-3">
            <StatCard
              name="Fired"
              loading={loading}
              value={loading ? null : { number: data.fired.toLocaleString("en-US"), unit: "" }}
              detail={loading ? undefined : `${data.resolved} resolved`}
            />
            <StatCard
              name="Mean time to acknowledge"
              loading={loading}
              value={time(data?.meanTimeToAcknowledge)}
              absent="None was acknowledged"
              detail={
                data?.acknowledged
                  ? `Of ${data.acknowledged} that ${data.acknowledged === 1 ? "was" : "were"} acknowledged`
                  : undefined
              }
            />
            <StatCard
              name="Mean time to resolve"
              loading={loading}
              value={time(data?.meanTimeToResolve)}
              absent="None was resolved"
              detail={
                data?.resolved
                  ? `Of ${data.resolved} that ${data.resolved === 1 ? "was" : "were"} resolved`
                  : undefined
              }
            />
          </div>
          <div className="grid grid-cols-1 gap-4 lg:grid-cols-3">
            <List
              title="Noisiest"
              empty="Nothing fired."
              loading={loading}
              rows={(data?.noisiest ?? []).map(({ ruleId, name, fired, firingSeconds }) => ({
                ruleId,
                name,
                words: `${times(fired)}, ${durationWords(Math.round(firingSeconds))} in all`,
              }))}
            />
            <List
              title="Fired, and nobody acted"
              empty={data?.fired === 0 ? "Nothing fired." : "Somebody acted on all that fired."}
              loading={loading}
              rows={(data?.neverActedOn ?? []).map(({ ruleId, name, fired }) => ({
                ruleId,
                name,
                words: times(fired),
              }))}
            />
            <List
              title="Never fired"
              empty="No rule that was there all the time stayed silent."
              loading={loading}
              rows={(data?.neverFired ?? []).map(({ ruleId, name }) => ({ ruleId, name, words: "" }))}
            />
          </div>
        </div>
      )}
    </>
  );
}

function List({
  title,
  empty,
  loading,
  rows,
}: {
  title: string;
  empty: string;
  loading: boolean;
  rows: readonly { ruleId: string | null; name: string; words: string }[];
}) {
  return (
    <Panel title={title} height="auto" state={loading ? { kind: "loading" } : { kind: "data" }}>
      {rows.length === 0 ? (
        <p className="text-secondary">{empty}</p>
      ) : (
        <ul className="grid gap-1">
          {rows.map(({ ruleId, name, words }) => (
            <li key={`${ruleId}${name}`} className="flex flex-wrap justify-between gap-x-4">
              {ruleId === null ? (
                <span>{name}</span>
              ) : (
                <Link
                  href={`/alerts/rules/${ruleId}`}
                  className="text-link [overflow-wrap:anywhere] hover:underline"
                >
                  {name}
                </Link>
              )}
              <span className="text-secondary tabular-nums">{words}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
