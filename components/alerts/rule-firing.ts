import type { BacktestView } from "@/lib/alerts/backtest/schema";

/** When one series would have fired; shares of the range, 0 to 1. */
export interface FiringRow {
  key: string;
  label: string;
  spans: { from: number; to: number }[];
  /** Seconds. */
  total: number;
}

/** The series that would have fired within `[start, end]`, Unix seconds, those that fired longest first. */
export function firingRows(
  alerts: BacktestView["alerts"],
  { start, end }: { start: number; end: number },
): FiringRow[] {
  const rows = new Map<string, FiringRow>();
  for (const { labels, firingAt, resolvedAt } of alerts) {
    if (firingAt === null) continue;
    const from = Math.max(start, Date.parse(firingAt) / 1000);
    const to = Math.min(end, resolvedAt === null ? end : Date.parse(resolvedAt) / 1000);
    if (to < from) continue;
    const key = JSON.stringify(labels);
    const row = rows.get(key) ?? { key, label: labelsText(labels), spans: [], total: 0 };
    row.spans.push({ from: (from - start) / (end - start), to: (to - start) / (end - start) });
    row.total += to - from;
    rows.set(key, row);
  }
  return [...rows.values()].sort((a, b) => b.total - a.total || (a.key < b.key ? -1 : 1));
}

/** Labels as they stand in a selector; a dash for none. */
export const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ") || "–";
