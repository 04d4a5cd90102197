import { type SignalId, signals } from "./catalogue";
import { plausibleRange } from "./plausible";
import { type Matcher, selector } from "./promql";

/** A gauge that an expression reads, and what one series of it can be, in the gauge's own unit. */
export interface Gauge {
  metric: string;
  /** Matchers of its own beside those of the service, as in PromQL. */
  matchers?: string;
  min: number;
  /** All that it can be lies below this; absent where nothing is known of one series. */
  below?: number;
  /** What it is of the signal's unit where that is a ratio: 0.01 for percent. */
  scale: number;
}

/** An average over a window may lie above the largest of its samples by rounding, and exporters round too. */
const rounding = 1.01;

const overTime = /(?:avg|max|min|last)_over_time\(([a-zA-Z_:][\w:]*)\{([^{}]*)\}\[\$window\]\)/g;
const comparisons = /^(?: (?:>=|>|<=|<|==) -?[\d.e+]+)+/;
/** What a comparison may stand behind and before without brackets of its own. */
const mayPrecede = /(?:^|\(|, |\b(?:or|and) |\bor on \([^()]*\) )$/;
const mayFollow = /^(?:\)|,| or | and |$)/;

/**
 * An expression's template without the series of a gauge whose value cannot be: below the least that the signal can be,
 * not a number, and, where each series is a ratio by itself, above 1. What the template compares already stays as it is.
 * `gauges` are those of which series may be left out by it.
 */
export function withoutImpossible(
  template: string,
  signal: SignalId,
): { expression: string; gauges: Gauge[] } {
  const { unit } = signals[signal];
  const { min, max } = plausibleRange(signals[signal]);
  const isPercent = / \/ 100\b/.test(template);
  const isShareOfEach =
    unit === "ratio" && max === 1 && !/ [-+*%/] /.test(template.replace(/ \/ 100\b| \* on \(/g, ""));
  const gauges: Gauge[] = [];
  const expression = template.replaceAll(
    overTime,
    (read: string, metric: string, inner: string, at: number) => {
      const [before, after] = [template.slice(0, at), template.slice(at + read.length)];
      const own = mayPrecede.test(before) ? (comparisons.exec(after)?.[0] ?? "") : "";
      // A profile that leaves out what is low means something by it: a word for "not in use".
      if (/ (?:>=?|==) /.test(own)) return read;
      const written = / < (-?[\d.e+]+)/.exec(own)?.[1];
      const share = isShareOfEach ? (isPercent ? 100 : 1) * rounding : undefined;
      const below = written === undefined ? share : Number(written);
      const matchers = inner.replace(/^\$selector,?/, "");
      gauges.push({
        metric,
        min,
        ...(matchers === "" ? {} : { matchers }),
        ...(below === undefined ? {} : { below }),
        scale: isPercent && below !== rounding ? 0.01 : 1,
      });
      const bounded = `${read} >= ${min}${own === "" && share !== undefined ? ` < ${share}` : ""}`;
      return mayPrecede.test(before) && mayFollow.test(after.slice(own.length)) ? bounded : `(${bounded})`;
    },
  );
  return { expression, gauges };
}

/** PromQL for the instances with series of the gauges that are left out; `gauge` is its name, the value one of theirs. */
export function leftOutOf(
  gauges: readonly Gauge[],
  {
    matchers,
    instance,
    blank,
  }: { matchers: readonly Matcher[]; instance: string; blank: { expression: string } | undefined },
): string {
  const parts = new Map<string, string>();
  for (const { metric, matchers: more, min, below } of gauges) {
    const series = selector(metric, matchers, more);
    const possible = `${series} >= ${min}${below === undefined ? "" : ` < ${below}`}`;
    // A word for "no value" is told apart.
    const none = blank === undefined ? "" : ` unless (${blank.expression.replaceAll("$series", series)})`;
    const found = `max by (${instance}) (${series} unless (${possible})${none})`;
    parts.set(found, `label_replace(${found}, "gauge", ${JSON.stringify(metric)}, "", "")`);
  }
  return [...parts.values()].join(" or ");
}
