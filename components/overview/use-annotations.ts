"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Grid } from "@/components/charts/series";
import { type TimeAxis, timeAxisOf } from "@/components/dashboards/time-axis";
import { annotationsQuery } from "@/lib/annotations/client";

/** Ends of the range are rounded to this, so that a refresh a moment later asks for the same. Seconds. */
const roundedTo = 300;

/** Marks and hatched gaps of the page's charts. Without an answer the charts stand without them. */
export function useAnnotations(service: string, grid: Grid | undefined): TimeAxis {
  const start = Math.floor((grid?.start ?? 0) / roundedTo) * roundedTo;
  const end = Math.ceil((grid?.end ?? 0) / roundedTo) * roundedTo;
  const { data } = useQuery({
    ...annotationsQuery({ service, start, end }),
    enabled: grid !== undefined,
    placeholderData: keepPreviousData,
  });
  return useMemo(() => timeAxisOf(data?.items ?? []), [data]);
}
