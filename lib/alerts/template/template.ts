import { LRUCache } from "lru-cache";
import type { Labels } from "../labels";
import { execute } from "./execute";
import { templateFunctions } from "./functions";
import { parse, TemplateSyntaxError, type Tree } from "./parse";
import { floatOf, type GoValue, labelMapOf, stringOf } from "./values";

/** What stands before every template, so that `$labels` and the like are there; positions in Go's messages count it. */
const definitions =
  "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}";

const functionNames: ReadonlySet<string> = new Set(Object.keys(templateFunctions));

/** Where a template is wrong: indices into the text in UTF-16 units, line and column from 1. */
export type TemplateProblem = { from: number; to: number; line: number; column: number; message: string };

/** The rules of a file have many texts in common. */
const known = new LRUCache<string, { problem: TemplateProblem | null }>({ max: 2000 });

/** Returns why a label's or an annotation's text is no template, or null where it is one. */
export function parseTemplate(text: string): TemplateProblem | null {
  const before = known.get(text);
  if (before !== undefined) return before.problem;
  const problem = problemOf(text);
  known.set(text, { problem });
  return problem;
}

/** Actions that most templates are made of: `{{ $value | humanize }}`, `{{ $labels.job }}`. */
const plainAction =
  /(?<!\{)\{\{ *\$(?:value|labels\.[a-zA-Z_]\w*)(?: *\| *(?:humanize(?:1024|Duration|Percentage)?|title))? *\}\}/g;

function problemOf(text: string): TemplateProblem | null {
  if (!text.replace(plainAction, "").includes("{{")) return null;
  try {
    parse("", definitions + text, functionNames);
    return null;
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    const from = Math.min(Math.max(error.at - definitions.length, 0), text.length);
    const lines = text.slice(0, from).split("\n");
    const end = text.indexOf("}}", from);
    return {
      from,
      to: end === -1 ? text.length : end + 2,
      line: lines.length,
      column: (lines.at(-1) as string).length + 1,
      message: error.reason.replace(/ started at :(\d+)$/, " started at line $1"),
    };
  }
}

export type TemplateData = {
  /** The labels of the result, `__name__` with them. */
  labels: Labels;
  value: number;
  externalLabels: Labels;
  externalUrl: string;
  /** Whether `externalURL` and `pathPrefix` may be called; in promtool they fail. True when absent. */
  hasUrlFunctions?: boolean;
};

export type TemplateQuery = (expr: string) => Promise<readonly { labels: Labels; value: number }[]>;

const parsed = new LRUCache<string, Tree | TemplateSyntaxError>({ max: 2000 });

/**
 * Returns what a template of the alert `name` gives, as Prometheus expands it. What fails gives
 * `<error expanding template: …>` in Prometheus's words: an alert is never held back by its text. `query` is asked for the
 * value at the evaluation's timestamp (not moved by the query offset, as in Prometheus).
 *
 * What differs: complex numbers and `call` are not known, and of a time (`toTime`) only Format, Unix, UnixMilli, Year, Day,
 * Hour, Minute, Second, UTC and String.
 */
export async function expandTemplate(
  name: string,
  text: string,
  data: TemplateData,
  query: TemplateQuery,
): Promise<string> {
  if (!text.includes("{{")) return text;
  const full = `__alert_${name}`;
  const tree = treeOf(full, text);
  if (tree instanceof TemplateSyntaxError) return failure(`error parsing template ${full}: ${tree.message}`);
  try {
    return await execute(tree, dataOf(data), {
      query,
      externalUrl: data.hasUrlFunctions === false ? null : data.externalUrl,
    });
  } catch (error) {
    return failure(`error executing template ${full}: ${(error as Error).message}`);
  }
}

const failure = (message: string) => `<error expanding template: ${message}>`;

function treeOf(name: string, text: string): Tree | TemplateSyntaxError {
  const key = `${name}\n${text}`;
  const before = parsed.get(key);
  if (before !== undefined) return before;
  let found: Tree | TemplateSyntaxError;
  try {
    found = parse(name, definitions + text, functionNames);
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    found = error;
  }
  parsed.set(key, found);
  return found;
}

function dataOf({ labels, value, externalLabels, externalUrl }: TemplateData): GoValue {
  return {
    kind: "struct",
    type: "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value float64 }",
    fields: new Map<string, GoValue>([
      ["Labels", labelMapOf(labels)],
      ["ExternalLabels", labelMapOf(externalLabels)],
      ["ExternalURL", stringOf(externalUrl)],
      ["Value", floatOf(value)],
    ]),
  };
}
