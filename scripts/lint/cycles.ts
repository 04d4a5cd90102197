import { type Problem, problemAt, type Source } from "./source";

/** Files that import each other in a circle, when run: types bind nobody. One problem a circle, at its first file by name. */
export function cycles(sources: Source[]): Problem[] {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  const next = (file: string): string[] => [
    ...new Set(
      (byFile.get(file)?.imports ?? []).flatMap((each) =>
        each.isTypeOnly || each.file === undefined ? [] : [each.file],
      ),
    ),
  ];
  const problems: Problem[] = [];
  for (const component of stronglyConnected([...byFile.keys()].sort(), next)) {
    const members = new Set(component);
    const first = [...component].sort()[0] as string;
    const source = byFile.get(first);
    const circle = shortestCircle(first, (file) => next(file).filter((each) => members.has(each)));
    if (source === undefined || circle === undefined) continue;
    const offset = source.imports.find((each) => each.file === circle[1])?.offset ?? 0;
    problems.push(
      problemAt(
        source,
        offset,
        "cycles",
        `These files import each other: ${circle.join(" → ")}. Move what they share into a file of its own.`,
      ),
    );
  }
  return problems;
}

/** Tarjan's strongly connected components, those of one node included only if it points to itself. */
function stronglyConnected(nodes: string[], next: (node: string) => string[]): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const components: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node) as number);
    stack.push(node);
    onStack.add(node);
    for (const other of next(node)) {
      if (!index.has(other)) visit(other);
      if (onStack.has(other)) low.set(node, Math.min(low.get(node) as number, low.get(other) as number));
    }
    if (low.get(node) !== index.get(node)) return;
    const component = stack.splice(stack.indexOf(node));
    for (const member of component) onStack.delete(member);
    if (component.length > 1 || next(node).includes(node)) components.push(component);
  };
  for (const node of nodes) if (!index.has(node)) visit(node);
  return components;
}

function shortestCircle(start: string, next: (node: string) => string[]): string[] | undefined {
  const queue = [[start]];
  const seen = new Set<string>();
  for (let trail = queue.shift(); trail !== undefined; trail = queue.shift()) {
    for (const node of next(trail.at(-1) as string)) {
      if (node === start) return [...trail, node];
      if (!seen.has(node)) queue.push([...trail, node]);
      seen.add(node);
    }
  }
  return undefined;
}
