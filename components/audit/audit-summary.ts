import { differences } from "@/lib/audit/difference";
import type { AuditEventView } from "@/lib/audit/schema";

/** More names than this are counted instead. */
const MOST_NAMED = 3;

/** What an event did in a few words: "added", "removed", "url and version changed". */
export function changeSummary({ before, after }: Pick<AuditEventView, "before" | "after">): string {
  if (before === null && after === null) return "nothing recorded";
  if (before === null) return "added";
  if (after === null) return "removed";
  const paths = differences(before, after).map(({ path }) => path);
  if (paths.length === 0) return "unchanged";
  if (paths.length > MOST_NAMED) return `${paths.length} values changed`;
  const last = paths.pop()!;
  return `${paths.length === 0 ? last : `${paths.join(", ")} and ${last}`} changed`;
}

/** One recorded value as text; an absent one is empty. */
export function valueText(value: unknown): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value, null, 2);
}
