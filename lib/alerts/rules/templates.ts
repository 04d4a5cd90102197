import type { FieldError } from "@/lib/errors";
import type { Labels } from "../labels";
import { parseTemplate } from "../template/template";

export interface Templated {
  labels: Labels;
  annotations: Labels;
  levels: readonly { severity: string | null }[];
}

/**
 * Returns the labels, annotations and severities of a rule whose text is no template, with Prometheus's reason. What
 * `before` says already passes: another field can still be changed.
 */
export function templateProblems(rule: Partial<Templated>, before?: Templated): FieldError[] {
  const texts: [path: string, text: string, what: string][] = [];
  for (const field of ["labels", "annotations"] as const)
    for (const [name, text] of Object.entries(rule[field] ?? {}))
      if (text !== before?.[field][name])
        texts.push([`${field}.${name}`, text, `${field === "labels" ? "label" : "annotation"} ${name}`]);
  const severities = new Set(before?.levels.map(({ severity }) => severity));
  for (const [index, { severity }] of (rule.levels ?? []).entries())
    if (severity !== null && !severities.has(severity))
      texts.push([`levels.${index}.severity`, severity, `severity of level ${index + 1}`]);
  return texts.flatMap(([path, text, what]) => {
    const problem = text.includes("{{") ? parseTemplate(text) : null;
    return problem === null
      ? []
      : [
          {
            path,
            message: `Prometheus refuses the template of the ${what}: line ${problem.line}, column ${problem.column}: ${problem.message}`,
          },
        ];
  });
}
