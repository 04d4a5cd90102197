import type { Labels } from "../labels";
import { parseRuleFile } from "../rule-file/parse";

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
  /** Seconds. */
  queryOffset: number;
  limit: number;
  rules: TestedRule[];
};

/** A rule file that Prometheus would not load. */
export class RuleFileError extends Error {
  override readonly name = "RuleFileError";
}

/** Reads the groups of a rule file, in their order. Throws RuleFileError where Prometheus would not load it. */
export function parseTestedGroups(text: string, name: string): TestedGroup[] {
  const { groups, report } = parseRuleFile(text, name);
  const [unknown] = report.unknown;
  const [
    problem = unknown && {
      ...unknown,
      group: undefined,
      rule: undefined,
      message: `field ${unknown.path} not found`,
    },
  ] = report.problems;
  if (problem !== undefined) {
    const where = [
      problem.group === undefined ? "" : `group "${problem.group}"`,
      problem.rule === undefined ? "" : `rule "${problem.rule}"`,
    ].filter((part) => part !== "");
    throw new RuleFileError(
      `${name}:${problem.line}:${problem.column}: ${[...where, problem.message].join(", ")}`,
    );
  }
  return groups.map((group) => ({
    name: group.name,
    file: group.file,
    queryOffset: group.queryOffset ?? 0,
    limit: group.limit ?? 0,
    rules: group.rules.map((rule) => {
      const labels = { ...group.labels, ...rule.labels };
      if (rule.kind === "recording")
        return { kind: "recording" as const, name: rule.record, expr: rule.expr, labels };
      return {
        kind: "alerting" as const,
        name: rule.alert,
        expr: rule.expr,
        for: rule.for ?? 0,
        keepFiringFor: rule.keepFiringFor ?? 0,
        labels,
        annotations: rule.annotations,
      };
    }),
  }));
}
