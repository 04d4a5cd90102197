"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Grid } from "@/components/charts/series";
import { annotationsQuery } from "@/lib/annotations/client";
import type { TimeAxis } from "./panels";

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
  return useMemo(() => {
    const items = (data?.items ?? []).map(({ text, start: from, end: to }) => ({
      text,
      from: Date.parse(from) / 1000,
      to: to === null ? null : Date.parse(to) / 1000,
    }));
    return {
      marks: items.flatMap(({ text, from, to }) => (to === null ? [{ time: from, label: text }] : [])),
      gaps: items.flatMap(({ text, from, to }) => (to === null ? [] : [{ from, to, label: text }])),
    };
  }, [data]);
}
