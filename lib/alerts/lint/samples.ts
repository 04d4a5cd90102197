import { metricsOf, selectorsOf } from "@/lib/promql/read";
import { type Expr, everyPart, partsOf, unwrapped } from "@/lib/promql/tree";
import { promDuration } from "@/lib/signals/promql";
import { edited } from "./compared";
import type { Facts, Finding } from "./finding";
import { type Look, rateFunctions, windowText } from "./look";
import { otherNamesOf } from "./subject";

const counterName =
  /(request|error|failure|token|event|preemption|call|quer(y|ie)|hit|drop|abort|restart|retr(y|ie)|success)s?_total$/;

/** Whether a metric only ever rises: as its target declares it, else by its name. */
const isCounter = (metric: string, facts: Facts): boolean =>
  (facts.typeOf(metric) ?? (counterName.test(metric) ? "counter" : "gauge")) === "counter";

/** Counters that are compared as they stand, or divided by each other as they stand. */
export function counters({ rule, compared, facts }: Look): Finding[] {
  if (compared === undefined) return [];
  const top = unwrapped(compared.tree);
  const isDivision = top.type === "binary" && top.op === "/";
  if (!isDivision && !["selector", "aggregation"].includes(top.type)) return [];
  const bare = [...barePaths(compared.tree)].filter((name) => isCounter(name, facts));
  const sides = isDivision ? [top.left, top.right] : [compared.tree];
  // Of a share both sides are counted since then; one of them may as well be a limit.
  if (sides.some((side) => ![...barePaths(side)].some((name) => bare.includes(name)))) return [];
  const [metric] = bare;
  const window = windowText(facts);
  const edits = selectorsOf(rule.expr)
    .filter((selected) => bare.includes(selected.metric ?? "") && selected.range === undefined)
    .map(({ from, to }) => ({ from, to, text: `increase(${rule.expr.slice(from, to)}[${window}])` }));
  return [
    {
      id: "counter-of-all-time",
      severity: "warning",
      rules: [rule.id],
      text: isDivision
        ? `Compares the share of all that ${bare.join(" and ")} have counted since each process started: a bad hour today is lost among the days before. increase() counts the last minutes.`
        : `Compares all that ${metric} has counted since each process started: it is passed some day, whatever happens, and begins again at 0 with a restart. increase() counts the last minutes.`,
      corrected: [{ title: `In the last ${window}`, rules: [{ ...rule, expr: edited(rule.expr, edits) }] }],
    },
  ];
}

/** Names that no counter has: what is measured, and may fall at any time. */
const gaugeName =
  /(_ratio|_perc|_percent|_celsius|_utili[sz]ation|_usage|_temperature|_temp|_depth|_queue_size|_free|_used|_in_use|num_requests_(running|waiting|swapped)|_(used|free|available|resident)_bytes)$/i;

const slopeOf: Readonly<Record<string, string>> = { rate: "deriv", irate: "deriv", increase: "delta" };

/** Rates of what also falls. */
export function gauges({ rule, tree, facts }: Look): Finding[] {
  const found = [...everyPart(tree)].flatMap((part) => {
    if (part.type !== "call" || !(part.name in slopeOf)) return [];
    const [metric] = metricsOf(part);
    if (metric === undefined) return [];
    const type = facts.typeOf(metric);
    return type === "gauge" || (type === undefined && gaugeName.test(metric)) ? [{ part, metric, type }] : [];
  });
  const [first] = found;
  if (first === undefined) return [];
  const { part, metric, type } = first;
  const slope = slopeOf[part.name]!;
  return [
    {
      id: "rate-of-gauge",
      severity: "warning",
      rules: [rule.id],
      text: `${metric} ${type === "gauge" ? "is a gauge" : "is a gauge by its name"}, and ${part.name}() is for counters: it takes each fall for a restart and counts the value after it as a rise, so what goes up and down looks like steady growth. ${slope}() tells how fast it changes, either way.`,
      corrected: [
        {
          title: `With ${slope}()`,
          rules: [
            {
              ...rule,
              expr: edited(
                rule.expr,
                found.map(({ part: call }) => ({
                  from: call.from,
                  to: call.from + call.name.length,
                  text: slopeOf[call.name]!,
                })),
              ),
            },
          ],
        },
      ],
      at: { from: part.from, to: part.to },
    },
  ];
}

/** The metrics whose value is taken as it stands. */
function* barePaths(expr: Expr): Generator<string> {
  if (expr.type === "selector") {
    if (expr.name !== undefined) yield expr.name;
    return;
  }
  if (expr.type === "matrix" || expr.type === "subquery" || expr.type === "call") return;
  for (const part of partsOf(expr)) yield* barePaths(part);
}

/** Rates over fewer than four scrapes, and looks back over less than one. */
export function windows(look: Look): Finding[] {
  const { scrapeInterval } = look.facts;
  return scrapeInterval === undefined
    ? []
    : [...shortRates(look, scrapeInterval), ...emptyWindows(look, scrapeInterval)];
}

function emptyWindows({ rule, tree }: Look, scrapeInterval: number): Finding[] {
  const short = [...everyPart(tree)].flatMap((part) => {
    if (part.type !== "call" || !part.name.endsWith("_over_time")) return [];
    return part.args.flatMap((arg) => {
      const inner = arg.type === "shifted" ? arg.expr : arg;
      return inner.type === "matrix" && inner.range !== undefined && inner.range < scrapeInterval
        ? [{ name: part.name, inner, range: inner.range }]
        : [];
    });
  });
  const [first] = short;
  if (first === undefined) return [];
  const least = 4 * scrapeInterval;
  const text = promDuration(least < 60 ? least : Math.ceil(least / 60) * 60);
  return [
    {
      id: "window-too-short",
      severity: "error",
      rules: [rule.id],
      text: `Looks back ${promDuration(first.range)}, while a sample comes every ${promDuration(scrapeInterval)}: ${first.name.startsWith("absent") ? "between two samples there is none, and it fires" : "between two samples it gives nothing, so it never holds for long"}.`,
      corrected: [
        {
          title: `Look back ${text}`,
          rules: [
            {
              ...rule,
              expr: edited(
                rule.expr,
                short.map(({ inner: { rangeText } }) => ({ from: rangeText.from, to: rangeText.to, text })),
              ),
            },
          ],
        },
      ],
      at: { from: first.inner.rangeText.from, to: first.inner.rangeText.to },
    },
  ];
}

function shortRates({ rule, tree }: Look, scrapeInterval: number): Finding[] {
  const least = 4 * scrapeInterval;
  const short = [...everyPart(tree)].flatMap((part) => {
    if (part.type !== "call" || ![...rateFunctions, "delta", "idelta", "deriv"].includes(part.name))
      return [];
    return part.args.flatMap((arg) => {
      const inner = arg.type === "shifted" ? arg.expr : arg;
      return inner.type === "matrix" && inner.range !== undefined && inner.range < least ? [inner] : [];
    });
  });
  const [first] = short;
  if (first === undefined) return [];
  const text = promDuration(least < 60 ? least : Math.ceil(least / 60) * 60);
  return [
    {
      id: "window-too-short",
      severity: first.range! < 2 * scrapeInterval ? "error" : "warning",
      rules: [rule.id],
      text: `Looks back ${promDuration(first.range!)}, while a sample comes every ${promDuration(scrapeInterval)}: ${first.range! < 2 * scrapeInterval ? "a rate needs two samples, so it is mostly empty and never fires" : "one scrape that fails leaves no rate, and the alert resolves"}. Four scrapes are ${promDuration(least)}.`,
      corrected: [
        {
          title: `Look back ${text}`,
          rules: [
            {
              ...rule,
              expr: edited(
                rule.expr,
                short.map(({ rangeText: { from, to } }) => ({ from, to, text })),
              ),
            },
          ],
        },
      ],
      at: { from: first.rangeText.from, to: first.rangeText.to },
    },
  ];
}

/** Whether all that an expression needs is there, as far as is known: of an `or` one side, of `unless` the left. */
function isThere(expr: Expr, facts: Facts): boolean {
  if (expr.type === "selector")
    return expr.name === undefined || facts.seenInLastSevenDays(expr.name) !== false;
  if (expr.type === "binary" && expr.op === "or")
    return isThere(expr.left, facts) || isThere(expr.right, facts);
  if (expr.type === "binary" && expr.op === "unless") return isThere(expr.left, facts);
  return partsOf(expr).every((part) => isThere(part, facts));
}

/** Those that need not be there: what an `or` has beside a side that is, and what `unless` takes away. */
const sparedMetrics = (tree: Expr, facts: Facts): ReadonlySet<string> =>
  new Set(
    [...everyPart(tree)].flatMap((part) => {
      if (part.type !== "binary") return [];
      if (part.op === "unless") return metricsOf(part.right);
      if (part.op !== "or") return [];
      return [
        ...(isThere(part.left, facts) ? metricsOf(part.right) : []),
        ...(isThere(part.right, facts) ? metricsOf(part.left) : []),
      ];
    }),
  );

/** Metrics that nothing has sent for seven days. */
export function absentMetrics({ rule, tree, facts }: Look): Finding[] {
  // What is looked for because it may be gone is meant to be.
  const meant = new Set(
    [...everyPart(tree)].flatMap((part) =>
      part.type === "call" && part.name.startsWith("absent") ? metricsOf(part) : [],
    ),
  );
  const spared = sparedMetrics(tree, facts);
  return metricsOf(tree).flatMap((metric): Finding[] => {
    if (meant.has(metric) || spared.has(metric) || /^ALERTS(_FOR_STATE)?$/.test(metric)) return [];
    if (facts.seenInLastSevenDays(metric) !== false) return [];
    const other = otherNamesOf(metric).find((name) => facts.seenInLastSevenDays(name) === true);
    const edits =
      other === undefined
        ? []
        : selectorsOf(rule.expr)
            .filter((selected) => selected.metric === metric)
            .map(({ from }) => ({ from, to: from + metric.length, text: other }));
    return [
      {
        id: "metric-absent",
        severity: "error",
        rules: [rule.id],
        text: `It never fires: nothing named ${metric} has been there for seven days.${other === undefined ? "" : ` ${other} has, which is the same in another release.`}`,
        corrected:
          other === undefined
            ? []
            : [{ title: `Read ${other}`, rules: [{ ...rule, expr: edited(rule.expr, edits) }] }],
      },
    ];
  });
}
