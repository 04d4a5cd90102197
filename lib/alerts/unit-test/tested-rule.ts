import { RE2JS } from "re2js";
import { isMap, parseDocument, stringify } from "yaml";
import { parsePromql } from "@/lib/promql/parse";
import { type Comparison, comparisonOf, type Selected, selectorsOf } from "@/lib/promql/read";
import { unwrapped } from "@/lib/promql/tree";
import { formatDuration } from "../duration";
import { holds } from "../evaluation/compare";
import type { Labels } from "../labels";
import type { AlertRuleView } from "../rules/schema";
import { expandTemplate } from "../template/template";

/** What of a rule its tests look at. `for` and intervals in seconds. */
export type TestedRuleView = Pick<
  AlertRuleView,
  "kind" | "name" | "promql" | "for" | "keepFiringFor" | "labels" | "annotations"
> & { group: Pick<AlertRuleView["group"], "name" | "interval" | "limit"> };

const fileName = "rule.yaml";
/** Long lines stay whole, and what stands twice is written twice. */
const writing = { lineWidth: 0, aliasDuplicateObjects: false } as const;

const duration = (seconds: number) => (seconds === 0 ? undefined : formatDuration(seconds));

/** The rule as a rule file of its own: a rule each level, of one name. */
export function ruleFileOf(rule: TestedRuleView): string {
  const rules = rule.promql.map(({ severity, expr }) => {
    const labels = { ...rule.labels, ...(severity === null ? {} : { severity }) };
    if (rule.kind === "recording") return { record: rule.name, expr, labels };
    return {
      alert: rule.name,
      expr,
      for: duration(rule.for),
      keep_firing_for: duration(rule.keepFiringFor),
      labels,
      annotations: rule.annotations,
    };
  });
  const { name, interval, limit } = rule.group;
  return stringify({ groups: [{ name, interval: formatDuration(interval), limit, rules }] }, writing);
}

/**
 * A file of promtool's unit tests with `rule` as its only rule file, whichever it named before. Throws an Error with the
 * place for a text that is no YAML, or no map.
 */
export function testsOfRule(text: string, rule: TestedRuleView): string {
  // Every scalar stays the text that it is: what it means is for the field to say.
  const document = parseDocument(text, { schema: "failsafe" });
  const [error] = document.errors;
  if (error !== undefined) throw new Error(error.message.split("\n")[0]);
  if (!isMap(document.contents)) throw new Error("A file of tests is a map with the key tests.");
  document.set("rule_files", [fileName]);
  document.set("rule_files_content", { [fileName]: ruleFileOf(rule) });
  return document.toString({ lineWidth: 0 });
}

const step = 60;
const instance = "replica-1:8000";

/** A value that the matchers of one label take; undefined where none is found. */
function labelValue(matchers: Selected["matchers"], label: string): string | undefined {
  const own = matchers.filter((matcher) => matcher.label === label);
  const candidates = [
    ...own.flatMap(({ op, value }) => (op === "=" ? [value] : op === "=~" ? value.split("|") : [])),
    "x",
    "",
  ];
  const holds = ({ op, value: wanted }: (typeof own)[number], value: string): boolean => {
    if (op === "=" || op === "!=") return (value === wanted) === (op === "=");
    try {
      return RE2JS.compile(wanted).matches(value) === (op === "=~");
    } catch {
      return false;
    }
  };
  return candidates.find((value) => own.every((matcher) => holds(matcher, value)));
}

function seriesOf({ metric, matchers }: Selected): Labels {
  const labels: Record<string, string> = metric === undefined ? {} : { __name__: metric };
  for (const { label } of matchers) {
    const value = labelValue(matchers, label);
    if (value !== undefined && value !== "") labels[label] = value;
  }
  return matchers.some(({ label }) => label === "instance") ? labels : { ...labels, instance };
}

function seriesText({ __name__: name = "", ...labels }: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return `${name}{${pairs.join(",")}}`;
}

const beyond = ({ op, threshold }: Comparison): number =>
  op === "<" || op === "<=" ? threshold - 1 : op === "==" || op === ">=" ? threshold : threshold + 1;

/** The comparison of a level that compares a plain series with a number. */
function plainComparison(expr: string): Comparison | undefined {
  const comparison = comparisonOf(expr);
  if (comparison === undefined) return undefined;
  const left = parsePromql(comparison.left);
  return left.ok && unwrapped(left.expr).type === "selector" ? comparison : undefined;
}

async function expectedOf(rule: TestedRuleView, series: Labels, value: number) {
  const { __name__: _, ...labels } = series;
  const data = { labels, value, externalLabels: {}, externalUrl: "", hasUrlFunctions: false };
  const expandAll = async (texts: Labels): Promise<Labels> => {
    const expanded: Record<string, string> = {};
    for (const [name, text] of Object.entries(texts))
      expanded[name] = await expandTemplate(rule.name, text, data, async () => []);
    return expanded;
  };
  const annotations = await expandAll(rule.annotations);
  const own = await expandAll(rule.labels);
  return rule.promql.flatMap(({ severity, expr }) => {
    const comparison = plainComparison(expr);
    if (comparison === undefined || !holds[comparison.op](value, comparison.threshold)) return [];
    return [
      {
        exp_labels: { ...labels, ...own, ...(severity === null ? {} : { severity }) },
        ...(Object.keys(annotations).length === 0 ? {} : { exp_annotations: annotations }),
      },
    ];
  });
}

/**
 * A file of tests to begin with: the series that the rule reads, and what it does with them at one time. Where it compares
 * a plain series with a number, it fires and says with what; of any other expression it expects nothing.
 */
export async function exampleTests(rule: TestedRuleView): Promise<string> {
  const selected = rule.promql.flatMap(({ expr }) => selectorsOf(expr));
  const series = [...new Map(selected.map((each) => [seriesText(seriesOf(each)), seriesOf(each)]))];
  const at = Math.ceil((rule.for + 300) / step) * step;
  // The last level is the most severe: what is beyond it is beyond the others as well.
  const comparison = plainComparison(rule.promql.at(-1)?.expr ?? "");
  const [only] = series;
  const isPlain = series.length === 1 && only !== undefined && comparison !== undefined;
  const value = isPlain ? beyond(comparison) : null;
  const values = `${value === null ? "0+60" : `${value}+0`}x${at / step + 5}`;
  const test =
    rule.kind === "recording"
      ? { promql_expr_test: [{ expr: rule.name, eval_time: formatDuration(at), exp_samples: [] }] }
      : {
          alert_rule_test: [
            {
              alertname: rule.name,
              eval_time: formatDuration(at),
              exp_alerts: isPlain ? await expectedOf(rule, only[1], value!) : [],
            },
          ],
        };
  const file = {
    evaluation_interval: formatDuration(rule.group.interval),
    tests: [
      {
        interval: formatDuration(step),
        input_series: series.map(([text]) => ({ series: text, values })),
        ...test,
      },
    ],
  };
  return stringify(file, writing);
}
