import { parseDuration, type Seconds } from "@/lib/units";

/** Text and comments of PromQL, in which brackets mean nothing. */
const LITERALS = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*/g;

const bare = (expr: string): string => expr.replace(LITERALS, '""');

/**
 * Returns how far back an expression looks by its range selectors and subqueries, `[5m]` or `[1h:1m]`, in all: nested ones
 * add up, and for those side by side it is more than need be. 0 where it has none.
 */
export function reachOf(expr: string): Seconds {
  let sum = 0;
  for (const [, text = ""] of bare(expr).matchAll(/\[\s*([^\]:]+?)\s*(?::[^\]]*)?\]/g))
    sum += parseDuration(text) ?? 0;
  return sum;
}

/**
 * Says whether an expression is about the range that is asked for, `@ start()` or `@ end()`: then a part of it has other
 * values than the whole, and none can be kept.
 */
export const isAnchored = (expr: string): boolean => /@\s*(start|end)\s*\(/.test(bare(expr));
