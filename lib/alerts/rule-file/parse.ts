import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { parsePromql } from "@/lib/promql/parse";
import { parseDuration } from "../duration";
import type { Labels } from "../labels";
import { matcherRegexProblem } from "../matcher-regex";
import { parseTemplate } from "../template/template";
import { commentsOf, firstKeyComments, trimmedComment, withComment } from "./comments";
import { textOfScalar, YamlNodes } from "./nodes";
import type {
  Position,
  Resource,
  RuleFile,
  RuleFileGroup,
  RuleFileProblem,
  RuleInFile,
  UnknownField,
} from "./rule-file";
import { writtenField } from "./unknown-field";

const groupFields = ["name", "interval", "query_offset", "limit", "labels", "rules"];
const ruleFields = ["record", "alert", "expr", "for", "keep_firing_for", "labels", "annotations"];
const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/**
 * Reads a Prometheus rule file (`groups:`), or `PrometheusRule` resources, also several in one text and as a List. Never
 * throws for what is in the text: what is wrong is in `report.problems`, in the order of the file, with Prometheus's
 * reasons, and the rest is read all the same. A rule without a name or expression is left out.
 */
export function parseRuleFile(text: string, file: string): RuleFile {
  return new RuleFileReader(text, file).read();
}

/** A NUL, or half of a surrogate pair: YAML allows neither, and the database holds neither. */
const noCharacter = /[\0\ud800-\udfff]/u;
/** What may be such a character, written as an escape. */
const escapedNoCharacter = /\\(0|x00|u0000|U00000000|u[dD][89a-fA-F]|U0000[dD][89a-fA-F])/;
const controlCharacters = "control characters are not allowed: a NUL, or half of a character";

/** With aliases a small file can hold any number of rules. */
const mostRules = 100_000;

type Of = Pick<RuleFileProblem, "group" | "rule">;
class RuleFileReader {
  private readonly nodes = new YamlNodes();
  private readonly groups: RuleFileGroup[] = [];
  private readonly problems: RuleFileProblem[] = [];
  private readonly unknown: (Position & { path: string })[] = [];
  private readonly left: (Position & { kind: string })[] = [];
  private readonly lost: (Position & { text: string })[] = [];
  private rules = 0;
  private names = new Set<string>();

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {}

  read(): RuleFile {
    const bad = this.text.search(noCharacter);
    if (bad !== -1) {
      const before = this.text.slice(0, bad).split("\n");
      this.problems.push({
        line: before.length,
        column: before.at(-1)!.length + 1,
        message: controlCharacters,
      });
      return this.result();
    }
    const documents = parseAllDocuments(this.text, { lineCounter: this.nodes.lines, merge: true });
    if (!Array.isArray(documents)) return this.result();
    for (const document of documents as Document.Parsed[]) {
      for (const error of document.errors) {
        const [from = 0] = error.pos;
        this.refuse(from, {}, error.message.split("\n")[0]!.replace(/ at line \d+, column \d+:?$/, ""));
      }
      if (document.errors.length > 0 || this.hasNoCharacter(document)) continue;
      const isPlain = this.documentOf(document);
      // Prometheus reads the first document of a file and no other.
      if (isPlain && document !== documents[0])
        this.refuse(
          this.nodes.at(document.contents),
          {},
          "Prometheus reads only the first document of a rule file.",
        );
    }
    return this.result();
  }

  /** Whether an escape in quotes makes what no text can hold; it is refused. */
  private hasNoCharacter(document: Document.Parsed): boolean {
    if (!escapedNoCharacter.test(this.text)) return false;
    const before = this.problems.length;
    visit(document, {
      Scalar: (_, node) => {
        if (typeof node.value === "string" && noCharacter.test(node.value))
          this.refuse(this.nodes.at(node), {}, controlCharacters);
      },
    });
    return this.problems.length > before;
  }

  private result(): RuleFile {
    const inOrder = <Placed extends Position>(list: Placed[]): Placed[] =>
      list.sort((a, b) => a.line - b.line || a.column - b.column);
    return {
      groups: this.groups,
      report: {
        comments: inOrder(this.lost),
        left: inOrder(this.left),
        unknown: inOrder(this.unknown),
        problems: inOrder(this.problems),
      },
    };
  }

  /** Whether it is a plain rule file and no resource. */
  private documentOf(document: Document.Parsed): boolean {
    this.nodes.document = document;
    this.names = new Set();
    const before = this.groups.length;
    const top = this.nodes.resolved(document.contents);
    let isPlain = false;
    if (top === null) {
      const { commentBefore, contents, comment: end } = document;
      for (const comment of [commentBefore, contents?.commentBefore, contents?.comment, end])
        if (comment) this.lose(document.range?.[0] ?? 0, comment);
      return false;
    }
    if (!isMap(top)) this.refuse(this.nodes.at(top), {}, "A rule file is a map with the key groups.");
    else if (
      this.nodes.scalar(top, "apiVersion") !== undefined ||
      this.nodes.scalar(top, "kind") !== undefined
    )
      this.resource(top);
    else {
      isPlain = true;
      for (const pair of this.nodes.pairs(top)) {
        const key = this.nodes.keyOf(pair);
        if (key !== "groups")
          this.refuse(this.nodes.at(pair.key), {}, `field ${key} not found in a rule file`);
      }
      this.groupsOf(top, undefined);
    }
    const [first, last] = [this.groups[before], this.groups.at(-1)];
    // The head of a document is of the first thing within it, as YAML reads it.
    const head = [
      document.commentBefore,
      isMap(top) ? top.commentBefore : undefined,
      ...firstKeyComments(top),
    ];
    const end = [isMap(top) ? top.comment : undefined, document.comment];
    if (first !== undefined && this.groups.length > before) {
      this.groups[before] = withComment(first, "file", "before", head);
      this.groups[this.groups.length - 1] = withComment(
        last === first ? this.groups[before] : last!,
        "end",
        "after",
        end,
      );
    } else
      for (const comment of [...head, ...end])
        if (comment) this.lose(this.nodes.at(document.contents), comment);
    return isPlain;
  }

  private resource(top: YAMLMap): void {
    const kind = this.nodes.scalar(top, "kind") ?? "";
    if (kind === "List" || kind === "PrometheusRuleList") {
      const items = this.nodes.resolved(this.nodes.pair(top, "items")?.value);
      if (!isSeq(items)) {
        this.refuse(this.nodes.at(top), {}, `A ${kind} has items.`);
        return;
      }
      if (this.nodes.open.has(items)) {
        this.refuse(this.nodes.at(items), {}, "A list that is within itself has no end.");
        return;
      }
      this.nodes.open.add(items);
      for (const each of items.items) {
        const item = this.nodes.resolved(each as Node);
        if (isMap(item)) this.resource(item);
      }
      this.nodes.open.delete(items);
      return;
    }
    if (kind !== "PrometheusRule") {
      this.left.push({ ...this.nodes.position(this.nodes.at(top)), kind });
      return;
    }
    const metadata = this.nodes.resolved(this.nodes.pair(top, "metadata")?.value);
    const spec = this.nodes.resolved(this.nodes.pair(top, "spec")?.value);
    const name = isMap(metadata) ? this.nodes.scalar(metadata, "name") : undefined;
    if (name === undefined || !isMap(metadata)) {
      this.refuse(this.nodes.at(top), {}, "A PrometheusRule has a name in its metadata.");
      return;
    }
    if (!isMap(spec)) {
      this.refuse(this.nodes.at(top), {}, "A PrometheusRule has a spec with groups.");
      return;
    }
    const namespace = this.nodes.scalar(metadata, "namespace");
    const labels = this.stringMap(metadata, "labels", {});
    const annotations = this.stringMap(metadata, "annotations", {});
    const extra = (
      [
        ["", top, ["apiVersion", "kind", "metadata", "spec"]],
        ["metadata", metadata, ["name", "namespace", "labels", "annotations"]],
        ["spec", spec, ["groups"]],
      ] as const
    ).flatMap(([at, map, known]) =>
      this.extraOf(map, known, [name, at].filter((part) => part !== "").join(" / ")).map((field) => ({
        ...field,
        at,
      })),
    );
    this.names = new Set();
    this.groupsOf(spec, {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels.order.length === 0 ? {} : { labels: labels.values }),
      ...(annotations.order.length === 0 ? {} : { annotations: annotations.values }),
      ...(extra.length === 0 ? {} : { extra }),
    });
  }

  private groupsOf(parent: YAMLMap, resource: Resource | undefined): void {
    const pair = this.nodes.pair(parent, "groups");
    const groups = this.nodes.resolved(pair?.value);
    if (groups === null) return;
    if (!isSeq(groups)) {
      this.refuse(this.nodes.at(groups), {}, "groups is a list.");
      return;
    }
    this.commentsOfList(groups);
    for (const each of groups.items)
      this.group(this.nodes.resolved(each as Node), resource, each === groups.items[0] ? groups : undefined);
  }

  private group(node: Node | null, resource: Resource | undefined, list: YAMLSeq | undefined): void {
    if (!isMap(node)) {
      this.refuse(this.nodes.at(node), {}, "A group is a map with name and rules.");
      return;
    }
    const name = this.nodes.scalar(node, "name") ?? "";
    const of = { group: name };
    if (name === "") this.refuse(this.nodes.at(node), {}, "Groupname must not be empty");
    if (this.names.has(name))
      this.refuse(this.nodes.at(node), of, `groupname: "${name}" is repeated in the same file`);
    this.names.add(name);

    const durations: Record<string, string> = {};
    // In Prometheus an interval of 0 is none: the default is taken.
    const interval = this.duration(node, "interval", of, durations) || undefined;
    const queryOffset = this.duration(node, "query_offset", of, durations);
    const limit = this.limit(node, of);
    const labels = this.stringMap(node, "labels", of);
    this.labelNames(node, "labels", of, "label");
    const rules = this.nodes.resolved(this.nodes.pair(node, "rules")?.value);
    if (rules !== null && !isSeq(rules)) this.refuse(this.nodes.at(rules), of, "rules is a list.");
    const read: RuleInFile[] = [];
    if (isSeq(rules)) {
      this.commentsOfList(rules);
      for (const [index, each] of rules.items.entries()) {
        this.rules++;
        if (this.rules > mostRules) {
          if (this.rules === mostRules + 1)
            this.refuse(
              this.nodes.at(rules),
              of,
              `These are more than ${mostRules} rules; the rest is not read.`,
            );
          break;
        }
        const rule = this.rule(
          this.nodes.resolved(each as Node),
          name,
          index,
          index === 0 ? rules : undefined,
        );
        if (rule !== undefined) read.push(rule);
      }
    }
    this.groups.push({
      file: resource === undefined ? this.file : `${this.file}#${resource.namespace ?? ""}/${resource.name}`,
      ...(resource === undefined ? {} : { resource }),
      name,
      ...(interval === undefined ? {} : { interval }),
      ...(queryOffset === undefined ? {} : { queryOffset }),
      ...(limit === undefined ? {} : { limit }),
      labels: labels.values,
      rules: read,
      extra: this.extraOf(node, groupFields, `${name}`),
      comments: commentsOf(this.nodes, node, list, groupFields),
      written: {
        order: this.nodes.pairs(node).map((pair) => this.nodes.keyOf(pair)),
        labelOrder: labels.order,
        annotationOrder: [],
        durations,
      },
    });
  }

  private rule(
    node: Node | null,
    group: string,
    index: number,
    list: YAMLSeq | undefined,
  ): RuleInFile | undefined {
    const nameless = { group, rule: `rule ${index + 1}` };
    if (!isMap(node)) {
      this.refuse(this.nodes.at(node), nameless, "A rule is a map with alert or record, and expr.");
      return undefined;
    }
    const [alert, record] = [this.nodes.scalar(node, "alert") ?? "", this.nodes.scalar(node, "record") ?? ""];
    const of = { group, rule: alert || record || nameless.rule };
    if (alert !== "" && record !== "")
      this.refuse(this.nodes.at(node), of, "only one of 'record' and 'alert' must be set");
    if (alert === "" && record === "")
      this.refuse(this.nodes.at(node), of, "one of 'record' or 'alert' must be set");
    const expr = this.nodes.scalar(node, "expr") ?? "";
    if (expr === "") this.refuse(this.nodes.at(node), of, "field 'expr' must be set in rule");
    else this.expression(node, expr, of);

    const durations: Record<string, string> = {};
    const wait = this.duration(node, "for", of, durations);
    const keepFiringFor = this.duration(node, "keep_firing_for", of, durations);
    const labels = this.stringMap(node, "labels", of);
    const annotations = this.stringMap(node, "annotations", of);
    this.labelNames(node, "labels", of, "label");
    this.labelNames(node, "annotations", of, "annotation");
    const isRecording = record !== "" && alert === "";
    if (isRecording) {
      const refuseField = (field: string): void =>
        this.refuse(
          this.nodes.at(this.nodes.pair(node, field)?.key),
          of,
          `invalid field '${field}' in recording rule`,
        );
      if (annotations.order.length > 0) refuseField("annotations");
      if (wait) refuseField("for");
      if (keepFiringFor) refuseField("keep_firing_for");
      if (/[{}]/.test(record))
        this.refuse(
          this.nodes.at(this.nodes.pair(node, "record")?.value),
          of,
          `braces present in the recording rule name; should it be in expr?: ${record}`,
        );
      else if (!metricName.test(record))
        this.refuse(
          this.nodes.at(this.nodes.pair(node, "record")?.value),
          of,
          `invalid recording rule name: ${record}`,
        );
    } else {
      this.templates(node, "labels", labels.values, of);
      this.templates(node, "annotations", annotations.values, of);
    }
    if ((alert === "" && record === "") || expr === "") return undefined;
    const kept = {
      extra: this.extraOf(node, ruleFields, `${group} / ${of.rule}`),
      comments: commentsOf(this.nodes, node, list, ruleFields),
      written: {
        order: this.nodes.pairs(node).map((pair) => this.nodes.keyOf(pair)),
        labelOrder: labels.order,
        annotationOrder: annotations.order,
        durations,
      },
    };
    if (isRecording) return { kind: "recording", record, expr, labels: labels.values, ...kept };
    return {
      kind: "alerting",
      alert,
      expr,
      ...(wait === undefined ? {} : { for: wait }),
      ...(keepFiringFor === undefined ? {} : { keepFiringFor }),
      labels: labels.values,
      annotations: annotations.values,
      ...kept,
    };
  }

  private expression(node: YAMLMap, expr: string, of: Of): void {
    const parsed = parsePromql(expr);
    const problem = parsed.ok
      ? matcherRegexProblem(expr, parsed.expr)
      : { ...parsed.error, at: parsed.error.from };
    if (problem === null) return;
    const { line, column, message, at } = problem;
    const value = this.nodes.resolved(this.nodes.pair(node, "expr")?.value);
    const where = line === 1 ? `column ${column}` : `line ${line}, column ${column}`;
    // A plain value on one line stands in the file letter by letter.
    const start = this.nodes.at(value);
    const isLiteral = this.text.startsWith(expr, start);
    this.refuse(isLiteral ? start + at : start, of, `could not parse expression: ${where}: ${message}`);
  }

  private templates(node: YAMLMap, field: "labels" | "annotations", values: Labels, of: Of): void {
    const word = field === "labels" ? "label" : "annotation";
    for (const [name, text] of Object.entries(values)) {
      if (!text.includes("{{")) continue;
      const problem = parseTemplate(text);
      if (problem === null) continue;
      const map = this.nodes.resolved(this.nodes.pair(node, field)?.value);
      const at = this.nodes.at(isMap(map) ? this.nodes.pair(map, name)?.value : map);
      this.refuse(at, of, `${word} "${name}": ${problem.message}`);
    }
  }

  private labelNames(node: YAMLMap, field: "labels" | "annotations", of: Of, word: string): void {
    const map = this.nodes.resolved(this.nodes.pair(node, field)?.value);
    if (!isMap(map)) return;
    for (const pair of this.nodes.pairs(map)) {
      const name = this.nodes.keyOf(pair);
      // Prometheus 3 takes any UTF-8; what no version takes is an empty name, and the metric's own as a label.
      const isInvalid =
        name === "" || (word === "label" && name === "__name__") || /[\ud800-\udfff]/u.test(name);
      if (isInvalid) this.refuse(this.nodes.at(pair.key), of, `invalid ${word} name: ${name}`);
    }
  }

  private duration(node: YAMLMap, key: string, of: Of, written: Record<string, string>): number | undefined {
    const text = this.nodes.scalar(node, key);
    if (text === undefined) return undefined;
    try {
      const seconds = parseDuration(text);
      written[key] = text;
      return seconds;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.refuse(this.nodes.at(this.nodes.pair(node, key)?.value), of, `${key}: ${error.message}`);
      return undefined;
    }
  }

  private limit(node: YAMLMap, of: Of): number | undefined {
    const text = this.nodes.scalar(node, "limit");
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isInteger(value)) return value;
    this.refuse(
      this.nodes.at(this.nodes.pair(node, "limit")?.value),
      of,
      `limit: "${text}" is no whole number`,
    );
    return undefined;
  }

  private stringMap(node: YAMLMap, key: string, of: Of): { values: Labels; order: string[] } {
    const map = this.nodes.resolved(this.nodes.pair(node, key)?.value);
    if (map === null) return { values: {}, order: [] };
    if (!isMap(map)) {
      this.refuse(this.nodes.at(map), of, `${key} is a map of names to texts.`);
      return { values: {}, order: [] };
    }
    const entries = this.nodes.pairs(map).flatMap((pair): [string, string][] => {
      const value = this.nodes.resolved(pair.value);
      if (value === null) return [[this.nodes.keyOf(pair), ""]];
      if (isScalar(value)) return [[this.nodes.keyOf(pair), textOfScalar(value)]];
      this.refuse(this.nodes.at(value), of, `${key}.${this.nodes.keyOf(pair)} is no text.`);
      return [];
    });
    return { values: Object.fromEntries(entries), order: entries.map(([name]) => name) };
  }

  private extraOf(node: YAMLMap, known: readonly string[], path: string): UnknownField[] {
    return this.nodes.pairs(node).flatMap((pair) => {
      const key = this.nodes.keyOf(pair);
      if (known.includes(key)) return [];
      this.unknown.push({ ...this.nodes.position(this.nodes.at(pair.key)), path: `${path} / ${key}` });
      try {
        return [{ key, yaml: writtenField(pair.value, this.nodes.document) }];
      } catch (error) {
        // Aliases that would unfold into too much.
        if (!(error instanceof ReferenceError)) throw error;
        this.refuse(this.nodes.at(pair.value), {}, error.message);
        return [];
      }
    });
  }

  private commentsOfList(list: YAMLSeq): void {
    if (list.comment) this.lose(list.range?.[1] ?? 0, list.comment);
  }

  private lose(offset: number, text: string): void {
    this.lost.push({ ...this.nodes.position(offset), text: trimmedComment(text) });
  }

  private refuse(offset: number, of: Of, message: string): void {
    this.problems.push({ ...this.nodes.position(offset), ...of, message });
  }
}
