"use client";

import { queryOptions, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Grid } from "@/components/charts/series";
import { readJson } from "@/lib/signals/read-json";
import type { TimeAxis } from "./panels";

interface Annotation {
  text: string;
  /** RFC 3339. */
  start: string;
  end: string | null;
}

/** What happened in a range, rounded to minutes so that a refresh a moment later asks for the same. */
const annotationsQuery = (service: string, start: number, end: number) =>
  queryOptions({
    queryKey: ["annotations", service, start, end],
    queryFn: ({ signal }) =>
      readJson<{ items: Annotation[] }>(
        `/api/v1/annotations?${new URLSearchParams({ service, start: isoTime(start), end: isoTime(end), limit: "200" })}`,
        { signal },
      ),
    placeholderData: (previous) => previous,
    retry: false,
  });

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** Marks and hatched gaps of the page's charts. Without an answer the charts stand without them. */
export function useAnnotations(service: string, grid: Grid | undefined): TimeAxis {
  const start = Math.floor((grid?.start ?? 0) / 60) * 60;
  const end = Math.ceil((grid?.end ?? 0) / 60) * 60;
  const { data } = useQuery({ ...annotationsQuery(service, start, end), enabled: grid !== undefined });
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
