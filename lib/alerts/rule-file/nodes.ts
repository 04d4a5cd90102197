import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from "yaml";
import type { Position } from "./rule-file";

export type NodePair = Pair<Node, Node | null>;

/** The nodes of a YAML text, with aliases followed and maps merged as Go's reader does, and where each stands. */
export class YamlNodes {
  readonly lines = new LineCounter();
  document!: Document.Parsed;
  /** Nodes that are being read: one that is within itself, by an alias, has no end. */
  readonly open = new Set<Node>();
  /** The pairs of maps that merge nothing in: each is looked into a dozen times. */
  private readonly plainMaps = new WeakMap<YAMLMap, ReadonlyMap<string, NodePair>>();

  resolved(node: Node | null | undefined): Node | null {
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return (node.resolve(this.document) as Node | undefined) ?? null;
    return isScalar(node) && node.value === null ? null : node;
  }

  /** The pairs of a map with those that it merges in by `<<`, its own last. */
  pairs(map: YAMLMap): NodePair[] {
    const own = map.items as NodePair[];
    if (this.plainMaps.has(map)) return own;
    const isMerge = (pair: NodePair): boolean => isScalar(pair.key) && pair.key.source === "<<";
    if (!own.some(isMerge)) return own;
    if (this.open.has(map)) return [];
    this.open.add(map);
    const merged = own.filter(isMerge).flatMap((pair) => {
      const value = this.resolved(pair.value);
      const sources = isSeq(value) ? value.items.map((item) => this.resolved(item as Node)) : [value];
      return sources.flatMap((source) => (isMap(source) ? this.pairs(source) : []));
    });
    this.open.delete(map);
    const rest = own.filter((pair) => !isMerge(pair));
    const named = new Set(rest.map((pair) => this.keyOf(pair)));
    const seen = new Set<string>();
    return [
      ...merged.filter((pair) => {
        const key = this.keyOf(pair);
        const isFirst = !named.has(key) && !seen.has(key);
        seen.add(key);
        return isFirst;
      }),
      ...rest,
    ];
  }

  pair(map: YAMLMap, key: string): NodePair | undefined {
    const plain = this.plainMaps.get(map);
    if (plain !== undefined) return plain.get(key);
    const pairs = this.pairs(map);
    if (pairs === map.items)
      // Of two pairs with one key, which YAML refuses, the first counts.
      this.plainMaps.set(map, new Map(pairs.toReversed().map((pair) => [this.keyOf(pair), pair])));
    return pairs.find((pair) => this.keyOf(pair) === key);
  }

  keyOf({ key }: NodePair): string {
    return isScalar(key) ? textOfScalar(key) : String(key);
  }

  /** The text of a field as Go reads it into a string: whatever stands there. */
  scalar(map: YAMLMap, key: string): string | undefined {
    const value = this.resolved(this.pair(map, key)?.value);
    return isScalar(value) ? textOfScalar(value) : undefined;
  }

  at(node: unknown): number {
    return (node as Node | null | undefined)?.range?.[0] ?? 0;
  }

  position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }
}

export const textOfScalar = (scalar: Scalar): string =>
  typeof scalar.value === "string" ? scalar.value : (scalar.source ?? String(scalar.value));
