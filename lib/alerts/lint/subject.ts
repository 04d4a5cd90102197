import { parsePromql } from "@/lib/promql/parse";
import { metricsOf, numberIn } from "@/lib/promql/read";
import { type Expr, everyPart, unwrapped } from "@/lib/promql/tree";
import { type SignalId, signalIds } from "@/lib/signals/catalogue";
import type { Spelling } from "@/lib/signals/profile";
import { profiles } from "@/lib/signals/profiles";
import { fillTemplate } from "@/lib/signals/promql";
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
  /** Metrics as they stand in an expression. */
  metrics: ReadonlySet<string>;
  isDivision: boolean;
  factor: number;
}

/** Which signal an expression measures, told by its metrics and its shape; undefined where none. */
export function subjectOf(tree: Expr): Subject | undefined {
  const quantiled = [...everyPart(tree)].find(
    (part) => part.type === "call" && part.name === "histogram_quantile",
  );
  const names = metricsOf(tree);
  if (names.length === 0) return undefined;
  const factor = factorOf(tree);
  if (quantiled?.type === "call") {
    const quantile = numberIn(quantiled.args[0]!);
    const found = index().find(
      ({ spelling, metrics }) => spelling.kind === "histogram" && names.every((name) => metrics.has(name)),
    );
    return found === undefined || quantile === undefined
      ? undefined
      : { signal: found.signal, quantile, toSignal: found.factor / factor };
  }
  const isDivision = dividesVectors(tree);
  const found = index().find(
    (each) =>
      each.spelling.kind !== "histogram" &&
      each.isDivision === isDivision &&
      names.every((name) => each.metrics.has(name)) &&
      (!isDivision || sidesAgree(tree, each.spelling)),
  );
  return found === undefined ? undefined : { signal: found.signal, toSignal: found.factor / factor };
}

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

function spelledAs(signal: SignalId, spelling: Spelling): Spelled | undefined {
  switch (spelling.kind) {
    case "histogram":
      return {
        signal,
        spelling,
        metrics: new Set(spelling.histograms.flatMap((name) => [name, `${name}_bucket`])),
        isDivision: false,
        factor: spelling.scale ?? 1,
      };
    case "failures":
      return spelling.want !== "error_rate"
        ? undefined
        : {
            signal,
            spelling,
            metrics: new Set([...spelling.failures, ...spelling.total].map(({ metric }) => metric)),
            isDivision: true,
            factor: 1,
          };
    case "counter":
      return {
        signal,
        spelling,
        metrics: new Set(spelling.counters.map(({ metric }) => metric)),
        isDivision: false,
        factor: spelling.scale ?? 1,
      };
    case "expression": {
      const text = fillTemplate(spelling.expression, { matchers: [], window: 300, by: [] });
      const parsed = parsePromql(text);
      if (!parsed.ok) return undefined;
      return {
        signal,
        spelling,
        metrics: new Set(metricsOf(parsed.expr)),
        isDivision: dividesVectors(parsed.expr),
        factor: factorOf(parsed.expr),
      };
    }
    default:
      return undefined;
  }
}

/** Whether failures stand above requests, and not the other way round. */
function sidesAgree(tree: Expr, spelling: Spelling): boolean {
  if (spelling.kind !== "failures") return true;
  const division = [...everyPart(tree)].find(
    (part) => part.type === "binary" && part.op === "/" && isJoin(part),
  );
  if (division?.type !== "binary") return false;
  const failures = new Set(spelling.failures.map(({ metric }) => metric));
  const total = new Set(spelling.total.map(({ metric }) => metric));
  return (
    metricsOf(division.left).every((name) => failures.has(name)) &&
    metricsOf(division.right).every((name) => total.has(name))
  );
}

const isJoin = (part: Expr): boolean =>
  part.type === "binary" && metricsOf(part.left).length > 0 && metricsOf(part.right).length > 0;

export const dividesVectors = (tree: Expr): boolean =>
  [...everyPart(tree)].some((part) => part.type === "binary" && part.op === "/" && isJoin(part));

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
      index().flatMap(({ spelling, metrics }) => {
        if (!metrics.has(metric)) return [];
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
