import { parseDocument } from "yaml";
import { z } from "zod";
import { parseDuration } from "../duration";
import type { Labels } from "../labels";
import { parseTemplate } from "../template/template";

export type TestedRule =
  | {
      kind: "alerting";
      name: string;
      expr: string;
      /** Seconds. */
      for: number;
      /** Seconds. */
      keepFiringFor: number;
      labels: Labels;
      annotations: Labels;
    }
  | { kind: "recording"; name: string; expr: string; labels: Labels };

export type TestedGroup = {
  name: string;
  file: string;
  queryOffset: number;
  limit: number;
  rules: TestedRule[];
};

/** A rule file that Prometheus would not load. */
export class RuleFileError extends Error {
  override readonly name = "RuleFileError";
}

// All as text, as in the test file: a scalar's meaning is the field's to say.
const isNothing = (value: unknown) =>
  value === undefined || value === "" || value === "~" || value === "null" || value === null;
const labels = z.preprocess((value) => (isNothing(value) ? {} : value), z.record(z.string(), z.string()));
const list = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (isNothing(value) ? [] : value), z.array(schema));
const duration = z.preprocess(
  (value) => (isNothing(value) ? "0" : value),
  z.string().transform((text, context) => {
    try {
      return parseDuration(text);
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message });
      return z.NEVER;
    }
  }),
);

const rule = z.strictObject({
  record: z.string().default(""),
  alert: z.string().default(""),
  expr: z.string().default(""),
  for: duration,
  keep_firing_for: duration,
  labels,
  annotations: labels,
});

const ruleFile = z.strictObject({
  groups: list(
    z.strictObject({
      name: z.string().default(""),
      interval: duration,
      query_offset: duration,
      limit: z.preprocess(
        (value) => (isNothing(value) ? "0" : value),
        z.string().regex(/^\d+$/).transform(Number),
      ),
      labels,
      rules: list(rule),
    }),
  ),
});

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Reads the groups of a Prometheus rule file, in their order, with what Prometheus refuses refused: unknown fields, groups of
 * one name, names and templates that are none. Expressions are left to the server. Throws RuleFileError.
 */
export function parseTestedGroups(text: string, file: string): TestedGroup[] {
  const document = parseDocument(text, { schema: "failsafe", merge: true, uniqueKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw new RuleFileError(`${file}: yaml: ${problem.message.split("\n")[0]}`);
  const parsed = ruleFile.safeParse(document.toJS({ maxAliasCount: 1000 }) || {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new RuleFileError(`${file}: ${issue?.path.join(".") || "the file"}: ${issue?.message}`);
  }
  const names = new Set<string>();
  return parsed.data.groups.map((group) => {
    if (group.name === "") throw new RuleFileError(`${file}: groupname must not be empty`);
    if (names.has(group.name))
      throw new RuleFileError(
        `${file}: groupname: ${JSON.stringify(group.name)} is repeated in the same file`,
      );
    names.add(group.name);
    return {
      name: group.name,
      file,
      queryOffset: group.query_offset,
      limit: group.limit,
      rules: group.rules.map((each, index) => {
        const fail = (why: string): never => {
          const name = each.alert || each.record;
          throw new RuleFileError(`${file}: group "${group.name}", rule ${index + 1}, "${name}": ${why}`);
        };
        const ownLabels = { ...group.labels, ...each.labels };
        check(each, fail);
        if (each.record !== "")
          return { kind: "recording" as const, name: each.record, expr: each.expr, labels: ownLabels };
        return {
          kind: "alerting" as const,
          name: each.alert,
          expr: each.expr,
          for: each.for,
          keepFiringFor: each.keep_firing_for,
          labels: ownLabels,
          annotations: each.annotations,
        };
      }),
    };
  });
}

function check(each: z.output<typeof rule>, fail: (why: string) => never): void {
  if (each.record !== "" && each.alert !== "") fail("only one of 'record' and 'alert' must be set");
  if (each.record === "" && each.alert === "") fail("one of 'record' or 'alert' must be set");
  if (each.expr === "") fail("field 'expr' must be set in rule");
  if (each.record !== "") {
    if (Object.keys(each.annotations).length > 0) fail("invalid field 'annotations' in recording rule");
    if (each.for !== 0) fail("invalid field 'for' in recording rule");
    if (each.keep_firing_for !== 0) fail("invalid field 'keep_firing_for' in recording rule");
    if (!metricName.test(each.record)) fail(`invalid recording rule name: ${each.record}`);
  }
  for (const name of Object.keys(each.labels))
    if (!labelName.test(name) || name === "__name__") fail(`invalid label name: ${name}`);
  for (const name of Object.keys(each.annotations))
    if (!labelName.test(name)) fail(`invalid annotation name: ${name}`);
  if (each.alert === "") return;
  for (const [kind, texts] of [
    ["label", each.labels],
    ["annotation", each.annotations],
  ] as const)
    for (const [name, text] of Object.entries(texts)) {
      const problem = parseTemplate(text);
      if (problem !== null) fail(`${kind} "${name}": ${problem.message}`);
    }
}
