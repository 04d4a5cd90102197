import { isTest, type Node, type Problem, problemAt, type Source, walk } from "./source";

/** The files of lib/ that must give the same answer to the same arguments: neither for servers only, nor the browser's fetchers. */
const isPure = ({ file, imports }: Source): boolean =>
  file.startsWith("lib/") &&
  !isTest(file) &&
  !file.startsWith("lib/config/") &&
  !file.startsWith("lib/db/generated/") &&
  !/\/(client|job)\.tsx?$/.test(file) &&
  !imports.some((each) => each.specifier === "server-only" || each.specifier === "react");

function nondeterminism(node: Node): string | undefined {
  const callee = node.callee as Node | undefined;
  if (
    node.type === "NewExpression" &&
    callee?.type === "Identifier" &&
    callee.name === "Date" &&
    (node.arguments as Node[]).length === 0
  )
    return "new Date()";
  if (node.type !== "CallExpression" || callee?.type !== "MemberExpression") return undefined;
  const spelled = `${(callee.object as Node).name}.${(callee.property as Node).name}`;
  return spelled === "Date.now" || spelled === "Math.random" ? `${spelled}()` : undefined;
}

/** Clocks and dice in pure files: what depends on them cannot be tested as a table. */
export function pureTime(sources: Source[]): Problem[] {
  return sources.filter(isPure).flatMap((source) => {
    const problems: Problem[] = [];
    if (source.program !== undefined)
      walk(source.program, (node) => {
        const found = nondeterminism(node);
        if (found === undefined) return;
        const remedy =
          found === "Math.random()"
            ? "Take the source of randomness as an argument"
            : "Take `now` as the last argument";
        problems.push(problemAt(source, node.start, "pure-time", `${found} in a pure file. ${remedy}.`));
      });
    return problems;
  });
}
