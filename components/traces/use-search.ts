"use client";

import { parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs";
import { useCallback } from "react";
import type { TraceSearchForm } from "@/lib/traces/client";

const parsers = {
  /** A service of the console, whose name in traces is looked up. */
  about: parseAsString.withDefault(""),
  /** The signal of a chart that led here: its exemplars name traces. */
  signal: parseAsString.withDefault(""),
  source: parseAsString.withDefault(""),
  service: parseAsString.withDefault(""),
  operation: parseAsString.withDefault(""),
  tags: parseAsString.withDefault(""),
  minDuration: parseAsString.withDefault(""),
  maxDuration: parseAsString.withDefault(""),
  order: parseAsStringLiteral(["latest", "slowest"] as const).withDefault("latest"),
  limit: parseAsInteger.withDefault(50),
};

type Values = Omit<TraceSearchForm, "start" | "end"> & { about: string; signal: string };
export type TypedSearch = Pick<Values, "tags" | "minDuration" | "maxDuration">;
export type SearchState = { state: Values; set: (change: Partial<Values>) => void };

/** What is searched for, in the address. */
export function useSearch(): SearchState {
  const [state, setUrl] = useQueryStates(parsers, { history: "push", scroll: false });
  const set = useCallback((change: Partial<Values>) => void setUrl(change), [setUrl]);
  return { state, set };
}
