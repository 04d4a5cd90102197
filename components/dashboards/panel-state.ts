import type { PanelState } from "@/components/ui/panel";
import { errorFacts } from "@/lib/api/client";
import type { SignalResult } from "@/lib/signals/schema";
import { formatTime } from "@/lib/units";

/** What the page's one request came to, as far as every panel is concerned. */
export interface Refresh {
  /** Answers by query id; undefined before the first. */
  results: ReadonlyMap<string, SignalResult> | undefined;
  /** A request is under way that takes long enough to say so. */
  isRefreshing: boolean;
  /** Why the last request as a whole failed; the results are then older. */
  error: unknown;
  /** The end of what is on screen, unix seconds. */
  shownUntil: number | undefined;
  /** Since when a refresh is overdue: the last time that the source answered, unix seconds. */
  overdueSince?: number | undefined;
  retry: () => void;
}

export type Note = { kind: "warning" | "stale"; text: string };

/**
 * The face of a panel from the answers to its queries, the first of which it cannot do without: data as soon as the
 * first has any, else what the first says.
 */
export function panelState(queryIds: readonly string[], refresh: Refresh): PanelState {
  const { results, isRefreshing, error, retry } = refresh;
  if (results === undefined)
    return error === null || error === undefined
      ? { kind: "loading" }
      : { kind: "error", error: errorFacts(error), onRetry: retry, retrying: isRefreshing };
  const first = results.get(queryIds[0] ?? "");
  if (first === undefined) return { kind: "loading" };
  if (first.series.length > 0 && (first.status === "ok" || first.status === "error"))
    return { kind: "data", refreshing: isRefreshing };
  if (first.status === "ok") return { kind: "data", refreshing: isRefreshing };
  if (first.status === "error")
    return {
      kind: "error",
      error: first.error ?? { detail: "The query failed." },
      onRetry: retry,
      retrying: isRefreshing,
    };
  return {
    kind: "empty",
    reason: first.reason?.kind ?? "no_samples",
    text: first.reason?.text ?? "Nothing was measured in this range.",
    refreshing: isRefreshing,
  };
}

/** The lines under a panel's title: what makes its numbers less than whole or less than fresh. */
export function panelNotes(queryIds: readonly string[], refresh: Refresh): Note[] {
  const notes: Note[] = [];
  if (refresh.results !== undefined && refresh.error)
    notes.push({
      kind: "stale",
      text: `Not refreshed${refresh.shownUntil === undefined ? "" : ` since ${formatTime(refresh.shownUntil)}`}: ${errorFacts(refresh.error).detail}`,
    });
  else if (refresh.results !== undefined && refresh.overdueSince !== undefined)
    notes.push({
      kind: "stale",
      text: `Last refreshed at ${formatTime(refresh.overdueSince)}; waiting for Prometheus`,
    });
  for (const id of queryIds) {
    const result = refresh.results?.get(id);
    if (result === undefined) continue;
    if (result.status === "error" && result.series.length > 0)
      notes.push({ kind: "stale", text: `Older data: ${result.error?.detail ?? "the last query failed."}` });
    for (const warning of result.warnings) notes.push({ kind: "warning", text: warning });
  }
  return notes.filter((note, index) => notes.findIndex(({ text }) => text === note.text) === index);
}

/** The PromQL behind a panel, each expression once, in the order of its queries. */
export const panelPromql = (queryIds: readonly string[], { results }: Refresh): string[] => [
  ...new Set(queryIds.flatMap((id) => results?.get(id)?.expr ?? [])),
];

/** Where a panel's numbers come from, when not from the service's engine; each sentence once. */
export const panelOrigin = (queryIds: readonly string[], { results }: Refresh): string | undefined => {
  const said = [...new Set(queryIds.flatMap((id) => results?.get(id)?.note ?? []))];
  return said.length === 0 ? undefined : said.join(" ");
};
