import "server-only";
import type { PrometheusClient } from "@/lib/prometheus/client";
import { selectorsOf } from "@/lib/promql/read";
import type { ReplayRange } from "./replay";

const mostSteps = 1_000;
const mostSelectors = 10;

/**
 * Returns from when on (Unix seconds, to a thousandth of the range) everything that an expression reads had data;
 * null where something of it never had, or where it reads too much to be asked for. For expressions whose own result
 * cannot tell, since they give nothing while all is well.
 */
export async function dataStart(
  client: PrometheusClient,
  expr: string,
  { start, end, interval }: ReplayRange,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  const selectors = [...new Set(selectorsOf(expr).map(({ from, to }) => expr.slice(from, to)))];
  if (selectors.length === 0 || selectors.length > mostSelectors) return null;
  const step = Math.max(interval, Math.ceil((end - start) / mostSteps));
  const firsts = await Promise.all(
    selectors.map(async (selector) => {
      const { data } = await client.queryRange(`count(${selector})`, { start, end, step, signal });
      return data[0]?.times[0] ?? null;
    }),
  );
  return firsts.reduce((latest, first) =>
    latest === null || first === null ? null : Math.max(latest, first),
  );
}
