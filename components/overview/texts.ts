"use client";

import { createContext, useContext } from "react";
import type { OverviewTexts } from "@/lib/dashboards/overview-texts";

export const OverviewTextsContext = createContext<OverviewTexts | null>(null);

/** Titles, units and targets of the overview's signals, as the server handed them over with the page. */
export function useOverviewTexts(): OverviewTexts {
  const texts = useContext(OverviewTextsContext);
  if (texts === null) throw new Error("There is no OverviewTextsContext around this.");
  return texts;
}
