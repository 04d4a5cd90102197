import "server-only";
import type { PrometheusClient } from "@/lib/prometheus/client";
import { parsePromql } from "@/lib/promql/parse";
import { selectorsOf } from "@/lib/promql/read";
import { type Expr, partsOf } from "@/lib/promql/tree";

/** So many selectors of one expression are asked for. */
const mostSelectors = 10;

/**
 * Names the selectors of an expression that match no series now, each with its line and column. Not those within
 * `absent` and `absent_over_time`, which are about series that are not there, nor one that looks back by an offset.
 */
export async function unmatchedSelectors(
  client: PrometheusClient,
  expr: string,
  options: { time: number; timeout: number; signal?: AbortSignal },
): Promise<string[]> {
  const parsed = parsePromql(expr);
  if (!parsed.ok) return [];
  const asked = selectorsThatShouldMatch(parsed.expr)
    .flatMap(selectorsOf)
    .filter(({ offset }) => offset === undefined)
    .slice(0, mostSelectors);
  const answers = await Promise.all(
    asked.map(async ({ from, to }) => {
      const selector = expr.slice(from, to);
      const { data } = await client.query(`count(${selector})`, options);
      if (!("series" in data) || data.series.length > 0) return [];
      const before = expr.slice(0, from).split("\n");
      return [
        `\`${selector}\` (line ${before.length}, column ${before.at(-1)!.length + 1}) matches no series now.`,
      ];
    }),
  );
  return [...new Set(answers.flat())];
}

/** The selectors, with the offset around them, outside of what asks for absence. */
function selectorsThatShouldMatch(expr: Expr): Expr[] {
  if (expr.type === "call" && expr.name.startsWith("absent")) return [];
  if (expr.type === "selector" || expr.type === "matrix" || expr.type === "shifted") return [expr];
  return partsOf(expr).flatMap(selectorsThatShouldMatch);
}
