import { LRUCache } from "lru-cache";
import { RE2JS } from "re2js";
import { type Expr, everyPart } from "@/lib/promql/tree";

/** The rules of a file have many in common. */
const known = new LRUCache<string, { message: string | null }>({ max: 2000 });

function refusalOf(pattern: string): string | null {
  const before = known.get(pattern);
  if (before !== undefined) return before.message;
  let message: string | null = null;
  try {
    // As Prometheus 3 compiles it, which its messages show.
    RE2JS.compile(`^(?s:${pattern})$`);
  } catch (error) {
    message = (error as Error).message;
  }
  known.set(pattern, { message });
  return message;
}

/**
 * Returns the first regular expression in a matcher that RE2 refuses, in Prometheus's words: `at` is the index in `text`
 * of the brace that opens its selector, line and column count from 1. Null where there is none. Apart from the parser of
 * PromQL, since the browser has that too and RE2 is large.
 */
export function matcherRegexProblem(
  text: string,
  expr: Expr,
): { at: number; line: number; column: number; message: string } | null {
  for (const part of everyPart(expr)) {
    if (part.type !== "selector") continue;
    for (const { op, value } of part.matchers) {
      const message = op === "=~" || op === "!~" ? refusalOf(value) : null;
      if (message === null) continue;
      const at = text.indexOf("{", part.from);
      const before = text.slice(0, at).split("\n");
      return { at, line: before.length, column: before.at(-1)!.length + 1, message };
    }
  }
  return null;
}
