"use client";

import { Button } from "@/components/ui/button";
import { RELATIVE_RANGES } from "@/components/ui/time-range";
import { useTimeRange } from "@/components/ui/use-time-range";
import { formatTime, parseDuration } from "@/lib/units";

/** Says that the data on screen began only at `since` (unix seconds), with the range that they fill one click away. */
export function YoungData({ since }: { since: number | undefined }) {
  const { now, relative, from, setRange } = useTimeRange();
  if (since === undefined || relative === null) return null;
  const fitting = RELATIVE_RANGES.find(({ value }) => parseDuration(value)! >= now - since);
  if (fitting === undefined || parseDuration(fitting.value)! >= now - from) return null;
  return (
    <p role="status" className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-1 text-secondary">
      {`Nothing was measured here before ${formatTime(since, { now: new Date(now * 1000), seconds: false })}.`}
      <Button size="sm" onClick={() => setRange({ relative: fitting.value })}>
        {`Show the ${fitting.label.toLowerCase()}`}
      </Button>
    </p>
  );
}
