"use client";

import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Grid } from "@/components/charts/series";
import { annotationsQuery } from "@/lib/annotations/client";
import { type TimeAxis, timeAxisOf } from "./time-axis";

/** Ends of the range are rounded to this, so that a refresh a moment later asks for the same. Seconds. */
const roundedTo = 300;

/**
 * Marks and hatched gaps of the page's charts, by service id and, under `all`, of all of them; of several services each
 * mark says whose it is. Without an answer the charts stand without.
 */
export function usePageAnnotations(
  services: readonly string[],
  grid: Grid | undefined,
): ReadonlyMap<string, TimeAxis> {
  const range = {
    start: Math.floor((grid?.start ?? 0) / roundedTo) * roundedTo,
    end: Math.ceil((grid?.end ?? 0) / roundedTo) * roundedTo,
  };
  const answers = useQueries({
    queries: services.map((service) => ({
      ...annotationsQuery({ service, ...range }),
      enabled: grid !== undefined,
      placeholderData: keepPreviousData,
    })),
    combine: (queries) => queries.map(({ data }) => data),
  });
  return useMemo(() => {
    const axes = new Map<string, TimeAxis>();
    const all: TimeAxis = { marks: [], gaps: [] };
    for (const [index, service] of services.entries()) {
      const items = answers[index]?.items ?? [];
      axes.set(service, timeAxisOf(items));
      const named = timeAxisOf(items, (text) => (services.length > 1 ? `${service}: ${text}` : text));
      all.marks = [...all.marks, ...named.marks];
      // A gap of one service is none of the others.
      if (services.length === 1) all.gaps = named.gaps;
    }
    axes.set(everyService, all);
    return axes;
  }, [answers, services]);
}

/** The key of the marks of all services. */
export const everyService = "";
