import type { EmptyKind, PanelState } from "@/components/ui/panel";
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
  /** A source that has not answered yet, and since when it is waited for, unix seconds. */
  waiting?: Waiting | undefined;
  /** Of the results, to say of one that is older how old it is. Unix seconds and seconds. */
  grid?: { start: number; step: number } | undefined;
  retry: () => void;
}

export interface Waiting {
  source: string;
  since: number;
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
      ? { kind: "loading", waiting: refresh.waiting }
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
    reason: emptyKind(first),
    text: first.reason?.text ?? "Nothing was measured in this range.",
    refreshing: isRefreshing,
  };
}

/** What a panel without data is headed by: samples that are no number are samples. */
export function emptyKind({ reason, doubts = [] }: Pick<SignalResult, "reason" | "doubts">): EmptyKind {
  const kind = reason?.kind ?? "no_samples";
  const isNoNumber = doubts.some((doubt) => doubt.kind === "not_a_number");
  return kind === "no_samples" && isNoNumber ? "not_a_number" : kind;
}

/** The lines under a panel's title: what makes its numbers less than whole or less than fresh. */
export function panelNotes(queryIds: readonly string[], refresh: Refresh): Note[] {
  const { results, error, overdueSince, shownUntil } = refresh;
  if (results === undefined) return [];
  const notes: Note[] = [];
  const answers = queryIds.flatMap((id) => results.get(id) ?? []);
  const older = answers.filter(isOlder);
  // One sentence for one fact: the queries of a panel that failed did so together.
  if (error)
    notes.push({
      kind: "stale",
      text: `Not refreshed${shownUntil === undefined ? "" : ` since ${formatTime(shownUntil)}`}: ${errorFacts(error).detail}`,
    });
  else if (older[0] !== undefined) {
    const ends = older.flatMap((result) => measuredUntil(result, refresh.grid) ?? []);
    const until = ends.length === 0 ? "" : `, until ${formatTime(Math.min(...ends))}`;
    notes.push({
      kind: "stale",
      text: `Older data${until}: ${older[0].error?.detail ?? "the last query failed."}`,
    });
  } else if (overdueSince !== undefined)
    notes.push({
      kind: "stale",
      text: `Last refreshed at ${formatTime(overdueSince)}`,
    });
  for (const { warnings } of answers)
    for (const warning of warnings) notes.push({ kind: "warning", text: warning });
  return notes.filter((note, index) => notes.findIndex(({ text }) => text === note.text) === index);
}

/** What is shown of a query that failed: what was last known of it. */
const isOlder = ({ status, series, summary }: SignalResult): boolean =>
  status === "error" && (series.length > 0 || summary !== undefined);

/** The end of what an answer says, unix seconds: of a summary its window's, of lines the newest point. */
export function measuredUntil(result: SignalResult, grid: Refresh["grid"]): number | undefined {
  if (result.window !== undefined) return result.window.end;
  const newest = Math.max(
    ...result.series.map(({ values }) => values.findLastIndex((value) => value !== null)),
  );
  return grid === undefined || newest < 0 ? undefined : grid.start + newest * grid.step;
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
