import { differences } from "@/lib/audit/difference";
import type { AuditEventView } from "@/lib/audit/schema";

/** More names than this are counted instead. */
const MOST_NAMED = 3;

/** Verbs of actions after which a thing exists; of others (a sign-in) only the facts are recorded. */
const MAKES = /:(add|create|restore|write)$/;

/** What an event did in a few words: "added", "removed", "url and version changed". */
export function changeSummary({
  action,
  before,
  after,
}: Pick<AuditEventView, "action" | "before" | "after">): string {
  if (before === null && after === null) return "nothing recorded";
  if (before === null) return MAKES.test(action) ? "added" : "recorded";
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
