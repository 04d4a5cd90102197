import { isTest, type Problem, problemAt, type Source } from "./source";

const comment = /\/\/ house-ignore ([\w-]+)(?:: *(.*))?$/;

/**
 * Leaves out the problems whose line, or the line above, has `house-ignore RULE: reason` in a comment. A suppression without a
 * reason, or of nothing, is a problem itself.
 */
export function withoutSuppressed(sources: Source[], problems: Problem[]): Problem[] {
  const byFile = new Map<string, Problem[]>();
  for (const problem of problems) byFile.set(problem.file, [...(byFile.get(problem.file) ?? []), problem]);
  const suppressed = new Set<Problem>();
  const faults: Problem[] = [];
  for (const source of sources.filter(({ file }) => !isTest(file))) {
    let offset = 0;
    for (const [index, line] of source.text.split("\n").entries()) {
      const match = comment.exec(line);
      const at = offset;
      offset += line.length + 1;
      if (match === null) continue;
      const covered = (byFile.get(source.file) ?? []).filter(
        (each) => each.rule === match[1] && (each.line === index + 1 || each.line === index + 2),
      );
      for (const problem of covered) suppressed.add(problem);
      if (!match[2])
        faults.push(
          problemAt(
            source,
            at + match.index,
            "suppressions",
            `Say why: \`// house-ignore ${match[1]}: reason\`.`,
          ),
        );
      else if (covered.length === 0)
        faults.push(
          problemAt(
            source,
            at + match.index,
            "suppressions",
            `There is no ${match[1]} problem here any more. Delete the comment.`,
          ),
        );
    }
  }
  return [...problems.filter((problem) => !suppressed.has(problem)), ...faults];
}
