import { Document, isMap, isScalar, type Node, type Pair, Scalar, visit, YAMLMap, YAMLSeq } from "yaml";
import { selectorsOf } from "@/lib/promql/read";
import { formatDuration } from "../duration";
import type { Labels } from "../labels";
import type { AsWritten, FileComment, RuleFileGroup, RuleInFile, UnknownField } from "./rule-file";
import { fieldNode, writtenTag } from "./unknown-field";
import { lacking, refusalOfExpression, refusalOfTemplate } from "./versions";

/** For whom a file is written. Without a version every field is kept, also those that no Prometheus knows. */
export type Target = { kind: "prometheus"; version?: string } | { kind: "prometheus-rule"; name?: string };

export interface Printed {
  text: string;
  /** What was left out because the target refuses it, a sentence each. */
  dropped: readonly string[];
}

/**
 * Writes groups as a Prometheus rule file, or as one `PrometheusRule` a resource (those without are of one that is named
 * `target.name`). Groups of one name from several files get the file's name behind theirs.
 */
export function printRuleFile(groups: readonly RuleFileGroup[], { target }: { target: Target }): Printed {
  const dropped: string[] = [];
  const printer = new Printer(target, dropped);
  if (target.kind === "prometheus") return { text: printer.file(groups), dropped };
  const byResource = new Map<string, RuleFileGroup[]>();
  for (const group of groups) {
    const key = JSON.stringify([group.resource?.namespace ?? null, group.resource?.name ?? null]);
    byResource.set(key, [...(byResource.get(key) ?? []), group]);
  }
  const texts = [...byResource.values()].map((some) => printer.resource(some, target.name ?? "inferscope"));
  return { text: texts.join("---\n"), dropped };
}

const writing = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER } as const;

/**
 * What Go's reader of YAML takes for the end of a line, changes or refuses where it stands as it is: such texts are
 * written in quotes, with escapes.
 */
const unwritable = /[^\P{Cc}\t\n]|[\u2028\u2029\ufeff\ufffe\uffff]/u;
const everyUnwritable = new RegExp(unwritable, "gu");

const escaped = (character: string): string => {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
};

class Printer {
  private readonly lacks: ReturnType<typeof lacking>;

  constructor(
    private readonly target: Target,
    private readonly dropped: string[],
  ) {
    this.lacks = lacking(target.kind === "prometheus" ? target.version : undefined);
  }

  file(groups: readonly RuleFileGroup[]): string {
    const document = new Document({}, { customTags: [writtenTag] });
    (document.contents as unknown as YAMLMap).set("groups", this.groups(groups));
    return this.finished(document, groups);
  }

  resource(groups: readonly RuleFileGroup[], name: string): string {
    const { resource } = groups[0]!;
    const { extra = [], ...metadata } = resource ?? { name };
    const document = new Document(
      { apiVersion: "monitoring.coreos.com/v1", kind: "PrometheusRule", metadata, spec: {} },
      { customTags: [writtenTag] },
    );
    document.setIn(["spec", "groups"], this.groups(groups));
    for (const { at, key, yaml } of extra) {
      const map = at === "" ? document.contents : document.get(at);
      if (isMap(map)) map.add(pairOf(key, fieldNode(yaml)));
    }
    return this.finished(document, groups);
  }

  private finished(document: Document, groups: readonly RuleFileGroup[]): string {
    const head = commentTexts(groups.flatMap(({ comments }) => comments).filter(({ at }) => at === "file"));
    const end = commentTexts(groups.flatMap(({ comments }) => comments).filter(({ at }) => at === "end"));
    if (head !== undefined) document.commentBefore = head;
    if (end !== undefined) document.comment = end;
    visit(document, {
      Scalar: (_, scalar) => {
        if (typeof scalar.value === "string" && unwritable.test(scalar.value))
          scalar.type = Scalar.QUOTE_DOUBLE;
      },
    });
    return document.toString(writing).replace(everyUnwritable, escaped);
  }

  private groups(groups: readonly RuleFileGroup[]): YAMLSeq {
    const list = new YAMLSeq();
    const taken = new Set<string>();
    for (const group of groups) {
      const name = freeName(group, taken);
      taken.add(name);
      if (name !== group.name)
        this.dropped.push(
          `The group ${group.name} of ${group.file} is named "${name}": another has its name.`,
        );
      list.add(this.group(group, name));
    }
    return list;
  }

  private group(group: RuleFileGroup, name: string): YAMLMap {
    const { lacks } = this;
    const where = `group ${name}`;
    const hasOffset =
      group.queryOffset !== undefined && !this.drops(lacks.queryOffset, where, "query_offset");
    const hasLimit = group.limit !== undefined && !this.drops(lacks.limit, where, "limit");
    const hasLabels =
      Object.keys(group.labels).length > 0 && !this.drops(lacks.groupLabels, where, "labels of the group");
    const rules = new YAMLSeq();
    for (const rule of group.rules) {
      const map = this.rule(rule, name);
      if (map !== undefined) rules.add(map);
    }
    return this.map(
      group,
      {
        name,
        ...(group.interval === undefined
          ? {}
          : { interval: duration(group.written, "interval", group.interval) }),
        ...(hasOffset ? { query_offset: duration(group.written, "query_offset", group.queryOffset!) } : {}),
        ...(hasLimit ? { limit: group.limit } : {}),
        ...(hasLabels ? { labels: this.labels(group.labels, group.written.labelOrder, where) } : {}),
        rules,
      },
      where,
    );
  }

  /** Undefined where the target can have nothing of it. */
  private rule(rule: RuleInFile, group: string): YAMLMap | undefined {
    const { lacks } = this;
    const name = rule.kind === "alerting" ? rule.alert : rule.record;
    const where = `${group} / ${name}`;
    const version = this.target.kind === "prometheus" ? this.target.version : undefined;
    const reason =
      lacks.utf8Names !== undefined && usesUtf8Names(rule)
        ? `its expression or name has characters that Prometheus knows from ${lacks.utf8Names} on`
        : refusalOfExpression(rule.expr, version);
    if (reason !== undefined) {
      this.dropped.push(`${where}: the whole rule, since ${reason}.`);
      return undefined;
    }
    const labels = this.labels(rule.labels, rule.written.labelOrder, where);
    const labelled = labels.items.length === 0 ? {} : { labels };
    if (rule.kind === "recording")
      return this.map(rule, { record: rule.record, expr: expression(rule.expr), ...labelled }, where);
    const annotations = this.labels(rule.annotations, rule.written.annotationOrder, where);
    const { for: wait, keepFiringFor: keep, written } = rule;
    const keeps = keep !== undefined && !this.drops(lacks.keepFiringFor, where, "keep_firing_for");
    return this.map(
      rule,
      {
        alert: rule.alert,
        expr: expression(rule.expr),
        ...(wait === undefined ? {} : { for: duration(written, "for", wait) }),
        ...(keeps ? { keep_firing_for: duration(written, "keep_firing_for", keep) } : {}),
        ...labelled,
        ...(annotations.items.length === 0 ? {} : { annotations }),
      },
      where,
    );
  }

  /** Whether the target is older than the version that a field came with; then it is told of. */
  private drops(since: string | undefined, where: string, field: string): boolean {
    if (since === undefined) return false;
    this.dropped.push(`${where}: ${field}, which Prometheus knows from ${since} on.`);
    return true;
  }

  private labels(labels: Labels, order: readonly string[], where: string): YAMLMap {
    const map = new YAMLMap();
    const version = this.target.kind === "prometheus" ? this.target.version : undefined;
    for (const name of inOrder(Object.keys(labels), order)) {
      const isClassic = /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name);
      if (!isClassic && this.drops(this.lacks.utf8Names, where, `the name "${name}"`)) continue;
      const reason = refusalOfTemplate(labels[name]!, version);
      if (reason === undefined) map.add(pairOf(name, text(labels[name]!)));
      else this.dropped.push(`${where}: "${name}", ${reason}.`);
    }
    return map;
  }

  private map(
    {
      written,
      extra,
      comments,
    }: { written: AsWritten; extra: readonly UnknownField[]; comments: readonly FileComment[] },
    values: Record<string, unknown>,
    where: string,
  ): YAMLMap {
    const map = new YAMLMap();
    const unknown = new Map(extra.map(({ key, yaml }) => [key, yaml]));
    for (const key of inOrder([...Object.keys(values), ...unknown.keys()], written.order)) {
      if (key in values) {
        map.add(pairOf(key, nodeOf(values[key])));
        continue;
      }
      const isRefused = this.target.kind === "prometheus" && this.target.version !== undefined;
      if (isRefused) this.dropped.push(`${where}: ${key}, which Prometheus does not know.`);
      else map.add(pairOf(key, fieldNode(unknown.get(key)!)));
    }
    putComments(map, comments);
    return map;
  }
}

function putComments(map: YAMLMap, comments: readonly FileComment[]): void {
  for (const { at, place, text: content } of comments) {
    if (at === "file" || at === "end") continue;
    const [key, inner] = splitPath(at);
    let node: YAMLMap | undefined = map;
    let pair = pairIn(map, key);
    if (inner !== undefined && isMap(pair?.value)) {
      node = pair.value;
      pair = pairIn(node, inner);
    }
    if (at === "" || pair === undefined) {
      if (place === "before") map.commentBefore = joined(map.commentBefore, content);
      else map.comment = joined(map.comment, content);
      continue;
    }
    const value = pair.value as Node;
    if (place === "before") {
      const first = node.items[0] === pair;
      const target = first && node !== map ? node : (pair.key as Scalar);
      target.commentBefore = joined(target.commentBefore, content);
    } else if (isScalar(value)) value.comment = joined(value.comment, content);
    else value.commentBefore = joined(value.commentBefore, content);
  }
}

/** Label names hold no dot in classic names; those that do keep it behind the first. */
function splitPath(at: string): [key: string, inner: string | undefined] {
  const dot = at.indexOf(".");
  return dot === -1 ? [at, undefined] : [at.slice(0, dot), at.slice(dot + 1)];
}

const pairIn = (map: YAMLMap, key: string): Pair | undefined =>
  (map.items as Pair[]).find((pair) => isScalar(pair.key) && pair.key.value === key);

const joined = (known: string | null | undefined, more: string): string =>
  known ? `${known}\n${more}` : more;

const commentTexts = (comments: readonly FileComment[]): string | undefined =>
  comments.length === 0 ? undefined : comments.map(({ text: content }) => content).join("\n");

const documentForNodes = new Document();
const pairOf = (key: string, value: unknown): Pair => documentForNodes.createPair(key, value);
const nodeOf = (value: unknown): unknown => (typeof value === "string" ? text(value) : value);

/** A text, over several lines as a block. */
function text(value: string): Scalar {
  const scalar = new Scalar(value);
  if (value.includes("\n")) scalar.type = Scalar.BLOCK_LITERAL;
  return scalar;
}

const expression = (expr: string): Scalar => text(expr);

const duration = (written: AsWritten, key: string, seconds: number): string =>
  written.durations[key] ?? formatDuration(seconds);

/** Names in the order that they were written in, new ones behind. */
const inOrder = (names: readonly string[], order: readonly string[]): string[] => [
  ...order.filter((name) => names.includes(name)),
  ...names.filter((name) => !order.includes(name)),
];

function freeName({ name, file }: RuleFileGroup, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  const base = `${name} (${file})`;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? base : `${base} ${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

const classicMetric = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const classicLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

const usesUtf8Names = (rule: RuleInFile): boolean =>
  (rule.kind === "recording" && !classicMetric.test(rule.record)) ||
  selectorsOf(rule.expr).some(
    ({ metric, matchers }) =>
      (metric !== undefined && !classicMetric.test(metric)) ||
      matchers.some(({ label }) => !classicLabel.test(label)),
  );
