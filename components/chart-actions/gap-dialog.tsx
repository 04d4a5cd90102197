"use client";

import { type UseQueryResult, useQueries } from "@tanstack/react-query";
import type { GapRegion } from "@/components/charts/canvas";
import type { Grid } from "@/components/charts/series";
import { Badge } from "@/components/ui/badge";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { ErrorState } from "@/components/ui/error-state";
import { LoadingBar } from "@/components/ui/loading-bar";
import { errorFacts } from "@/lib/api/client";
import { gapsQuery } from "@/lib/gaps/client";
import type { GapsAnswer } from "@/lib/gaps/schema";
import { formatTime } from "@/lib/units";

type GapItem = GapsAnswer["items"][number];

const KIND_WORDS: Record<GapItem["kind"], string> = {
  no_scrape: "no scrape",
  target_down: "target down",
  restart: "restart",
  no_traffic: "no traffic",
};

/** The gaps of services in a range, and what could not be told; nothing is asked without a range. */
export function useGaps(services: readonly string[], grid: Grid | null) {
  return useQueries({
    queries: grid === null ? [] : services.map((service) => gapsQuery(service, grid)),
    // What it returns stays the same object as long as the answers are, so that charts are not drawn anew.
    combine: gathered,
  });
}

function gathered(queries: readonly UseQueryResult<GapsAnswer>[]) {
  return {
    items: queries.flatMap(({ data }) => data?.items ?? []).sort((a, b) => a.start - b.start),
    notes: queries.flatMap(({ data }) => data?.notes ?? []),
    isPending: queries.some((query) => query.isPending),
    error: queries.find((query) => query.error)?.error,
    retry: () => {
      for (const query of queries) void query.refetch();
    },
  };
}

/** Gaps as charts hatch them. */
export const gapRegions = (items: readonly GapItem[]): GapRegion[] =>
  items.map(({ start, end, kind }) => ({ from: start, to: end, label: KIND_WORDS[kind] }));

/** Why lines end, a gap a row. */
export function GapDialog({
  title,
  grid,
  gaps,
  onClose,
}: {
  title: string;
  grid: Grid;
  gaps: ReturnType<typeof useGaps>;
  onClose: () => void;
}) {
  const now = new Date(grid.end * 1000);
  const time = (at: number) => formatTime(at, { now });
  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <DialogContent
        wide
        title={`Gaps in ${title}`}
        description={`From ${time(grid.start)} to ${time(grid.end)}, as far as points every ${grid.step} s show. The charts hatch them.`}
      >
        {gaps.error ? (
          <ErrorState error={errorFacts(gaps.error)} onRetry={gaps.retry} />
        ) : gaps.isPending ? (
          <div className="relative h-8">
            <LoadingBar />
          </div>
        ) : gaps.items.length === 0 ? (
          <p className="py-2">
            Nothing explains a gap here: as far as can be told, the targets were scraped and answered
            throughout, no process began, and every step had requests.
          </p>
        ) : (
          <ul className="grid">
            {gaps.items.map((gap) => (
              <li
                key={`${gap.kind}${gap.start}${gap.text}`}
                className="grid grid-cols-[9.5rem_minmax(0,1fr)] gap-x-4 gap-y-1 border-b py-2 last:border-0 max-sm:grid-cols-1"
              >
                <span className="text-caption text-secondary tabular-nums">
                  {time(gap.start)} – {time(gap.end)}
                  <span className="mt-1 block">
                    <Badge>{KIND_WORDS[gap.kind]}</Badge>
                  </span>
                </span>
                <span>{gap.text}</span>
              </li>
            ))}
          </ul>
        )}
        {gaps.notes.map((note) => (
          <p key={note} className="pt-2 text-caption text-secondary">
            {note}
          </p>
        ))}
      </DialogContent>
    </Dialog>
  );
}
