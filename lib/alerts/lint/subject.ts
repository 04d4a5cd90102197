import { parsePromql } from "@/lib/promql/parse";
import { metricsOf, numberIn, selectorsOf } from "@/lib/promql/read";
import { type Expr, everyPart, type LabelMatcher, unwrapped } from "@/lib/promql/tree";
import { type SignalId, signalIds } from "@/lib/signals/catalogue";
import type { Spelling } from "@/lib/signals/profile";
import { profiles } from "@/lib/signals/profiles";
import { fillTemplate, selector } from "@/lib/signals/promql";
import { renamed, spellingsOf } from "@/lib/signals/spoken";

/** What an expression measures, as the catalogue has it. */
export interface Subject {
  signal: SignalId;
  quantile?: number;
  /** The signal's value is the expression's times this: 0.01 for a percentage. */
  toSignal: number;
}

interface Spelled {
  signal: SignalId;
  spelling: Spelling;
  /** Metrics as they stand in an expression, each with the matchers that its spelling puts on it. */
  metrics: ReadonlyMap<string, readonly string[]>;
  shape: string;
  factor: number;
}

/** Which signal an expression measures, told by its metrics, matchers and shape; undefined where none. */
export function subjectOf(tree: Expr): Subject | undefined {
  const names = metricsOf(tree);
  if (names.length === 0) return undefined;
  const call = [...everyPart(tree)].find(
    (part) => part.type === "call" && part.name === "histogram_quantile",
  );
  const quantile = call?.type === "call" ? numberIn(call.args[0]!) : undefined;
  if (call !== undefined && quantile === undefined) return undefined;
  const shape = shapeOf(tree);
  const matchers = new Set(selectorsOf(tree).flatMap((selected) => selected.matchers.map(textOfMatcher)));
  const [found] = (spelledWith().get(names[0]!) ?? [])
    .filter(
      (each) =>
        (each.spelling.kind === "histogram") === (call !== undefined) &&
        each.shape === shape &&
        names.every((name) => each.metrics.get(name)?.every((own) => matchers.has(own))) &&
        (each.spelling.kind !== "failures" || isShareOfAll(tree, each.spelling)),
    )
    // What asks for more of the matchers says more exactly what it is.
    .sort((a, b) => ownCount(b, names) - ownCount(a, names));
  if (found === undefined) return undefined;
  const toSignal = found.factor / factorOf(tree);
  return { signal: found.signal, ...(quantile === undefined ? {} : { quantile }), toSignal };
}

const ownCount = ({ metrics }: Spelled, names: readonly string[]): number =>
  names.reduce((count, name) => count + (metrics.get(name)?.length ?? 0), 0);

const textOfMatcher = ({ label, op, value }: LabelMatcher): string => `${label}${op}${JSON.stringify(value)}`;

let spelled: readonly Spelled[] | undefined;

/** What every profile can say, in every naming that pipelines give it. */
function index(): readonly Spelled[] {
  spelled ??= profiles.flatMap((profile) =>
    signalIds.flatMap((signal) =>
      spellingsOf(profile, signal).flatMap((spelling) =>
        [undefined, ...(profile.renames ?? [])].flatMap(
          (rename) => spelledAs(signal, renamed(spelling, rename)) ?? [],
        ),
      ),
    ),
  );
  return spelled;
}

let byMetric: ReadonlyMap<string, readonly Spelled[]> | undefined;

/** What every metric stands in, in the order of {@link index}. */
function spelledWith(): ReadonlyMap<string, readonly Spelled[]> {
  if (byMetric !== undefined) return byMetric;
  const found = new Map<string, Spelled[]>();
  for (const each of index())
    for (const metric of each.metrics.keys()) {
      const known = found.get(metric);
      if (known === undefined) found.set(metric, [each]);
      else known.push(each);
    }
  byMetric = found;
  return found;
}

function spelledAs(signal: SignalId, spelling: Spelling): Spelled | undefined {
  switch (spelling.kind) {
    case "histogram":
      return {
        signal,
        spelling,
        metrics: metricsWithMatchers(
          spelling.histograms.flatMap((metric) =>
            [metric, `${metric}_bucket`].map((name) => selector(name, [], spelling.matchers)),
          ),
        ),
        shape: "value",
        factor: spelling.scale ?? 1,
      };
    case "failures":
      if (spelling.want !== "error_rate" || spelling.isOfSuccesses) return undefined;
      return {
        signal,
        spelling,
        metrics: metricsWithMatchers(
          [...spelling.total, ...spelling.failures].map(({ metric, matchers }) =>
            selector(metric, [], matchers),
          ),
        ),
        shape: "division",
        factor: 1,
      };
    case "counter":
      return {
        signal,
        spelling,
        metrics: metricsWithMatchers(
          spelling.counters.map(({ metric, matchers }) => selector(metric, [], matchers)),
        ),
        shape: "value",
        factor: spelling.scale ?? 1,
      };
    case "expression": {
      const text = fillTemplate(spelling.expression, { matchers: [], window: 300, by: [] });
      const parsed = parsePromql(text);
      if (!parsed.ok) return undefined;
      return {
        signal,
        spelling,
        metrics: metricsWithMatchers([text]),
        shape: shapeOf(parsed.expr),
        factor: factorOf(parsed.expr),
      };
    }
    default:
      return undefined;
  }
}

function metricsWithMatchers(expressions: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { metric, matchers } of expressions.flatMap((expr) => selectorsOf(expr)))
    if (metric !== undefined) found.set(metric, matchers.map(textOfMatcher));
  return found;
}

/** Whether failures stand above requests, and all failures: not those of one type, nor of one counter the same part. */
function isShareOfAll(tree: Expr, spelling: Extract<Spelling, { kind: "failures" }>): boolean {
  const division = [...everyPart(tree)].find(
    (part) => part.type === "binary" && part.op === "/" && isJoin(part),
  );
  if (division?.type !== "binary") return false;
  const [failures, total] = [spelling.failures, spelling.total].map(
    (counters) => new Set(counters.map(({ metric }) => metric)),
  );
  const [above, below] = [division.left, division.right].map((side) => selectorsOf(side));
  const types = spelling.typeLabel === undefined ? (spelling.labels?.type ?? []) : [spelling.typeLabel];
  const own = new Set(
    metricsWithMatchers(
      spelling.failures.map(({ metric, matchers }) => selector(metric, [], matchers)),
    ).values(),
  );
  const allowed = new Set([...own].flat());
  return (
    above!.every(
      ({ metric, matchers }) =>
        metric !== undefined &&
        failures!.has(metric) &&
        matchers.every((matcher) => !types.includes(matcher.label) || allowed.has(textOfMatcher(matcher))),
    ) &&
    below!.every(
      ({ metric, matchers }) =>
        metric !== undefined && total!.has(metric) && matchers.every(({ label }) => !types.includes(label)),
    )
  );
}

const isJoin = (part: Expr): boolean =>
  part.type === "binary" && metricsOf(part.left).length > 0 && metricsOf(part.right).length > 0;

export const dividesVectors = (tree: Expr): boolean =>
  [...everyPart(tree)].some((part) => part.type === "binary" && part.op === "/" && isJoin(part));

/** How an expression is built, as far as it changes what is measured: a division, and what is taken from a number. */
const shapeOf = (tree: Expr): string =>
  [
    dividesVectors(tree) ? "division" : "value",
    ...[...everyPart(tree)].flatMap((part) =>
      part.type === "binary" && ["+", "-"].includes(part.op) && !isJoin(part) ? [part.op] : [],
    ),
  ].join(" ");

/** The number that an expression multiplies what it measures by: 100 for `100 * a / b`, 0.01 for `a / 100`. */
export function factorOf(tree: Expr): number {
  const part = unwrapped(tree);
  switch (part.type) {
    case "aggregation":
      return ["sum", "avg", "max", "min", "quantile", "topk", "bottomk"].includes(part.op)
        ? factorOf(part.expr)
        : 1;
    case "shifted":
      return factorOf(part.expr);
    case "call": {
      const inner = part.args.find((arg) => ["matrix", "subquery"].includes(arg.type));
      return inner?.type === "subquery" ? factorOf(inner.expr) : 1;
    }
    case "binary": {
      const [left, right] = [numberIn(part.left), numberIn(part.right)];
      if (part.op === "*") {
        if (left !== undefined) return left * factorOf(part.right);
        return right !== undefined ? factorOf(part.left) * right : factorOf(part.left) * factorOf(part.right);
      }
      if (part.op === "/") {
        if (right !== undefined) return factorOf(part.left) / right;
        return left !== undefined ? 1 : factorOf(part.left) / factorOf(part.right);
      }
      return part.op === "or" || part.op === "and" || part.op === "unless" ? factorOf(part.left) : 1;
    }
    default:
      return 1;
  }
}

/** Other names under which releases have a metric, those of the same thing. */
export function otherNamesOf(metric: string): string[] {
  return [
    ...new Set(
      (spelledWith().get(metric) ?? []).flatMap(({ spelling }) => {
        if (spelling.kind === "histogram") {
          const suffix = metric.endsWith("_bucket") ? "_bucket" : "";
          return spelling.histograms.map((name) => `${name}${suffix}`);
        }
        if (spelling.kind === "counter") return spelling.counters.map((each) => each.metric);
        // Of an expression the names beside this one may be other things.
        return spelling.kind === "expression" && / or max_over_time\(/.test(spelling.expression)
          ? spelling.metrics
          : [];
      }),
    ),
  ].filter((name) => name !== metric);
}
