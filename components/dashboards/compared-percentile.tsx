"use client";

import { parseAsStringLiteral, useQueryState } from "nuqs";
import { Segmented } from "@/components/ui/segmented";
import { percentile } from "@/lib/signals/percentile";

const comparable = ["0.5", "0.95", "0.99"] as const;
const options = comparable.map((value) => ({ value, label: `p${percentile(Number(value))}` }));

/** Which percentile is compared between services or versions; one choice for the page, in its address. */
export function useComparedPercentile() {
  const [chosen, choose] = useQueryState(
    "percentile",
    parseAsStringLiteral(comparable).withDefault("0.95").withOptions({ history: "replace" }),
  );
  return { quantile: Number(chosen), chosen, choose };
}

/** The choice of it, in the head of a page that compares. */
export function ComparedPercentile() {
  const { chosen, choose } = useComparedPercentile();
  return (
    <Segmented
      label="Percentile compared"
      value={chosen}
      onValueChange={(value) => void choose(value)}
      options={options}
      className="h-8"
    />
  );
}
