import {
  Alias,
  type Document as AnyDocument,
  Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  Pair,
  parseDocument,
  Scalar,
  type ScalarTag,
  visit,
  YAMLMap,
  YAMLSeq,
} from "yaml";

/** A plain scalar as it was written: 007, 1.50, 0x1F, ~ and yes are other texts once they are values. */
class Written {
  constructor(readonly source: string) {}
}

/** Writes {@link Written} scalars; a document that holds unknown fields needs it among its `customTags`. */
export const writtenTag: ScalarTag = {
  tag: "!written",
  default: true,
  identify: (value) => value instanceof Written,
  resolve: (source) => source,
  stringify: ({ value }) => (value as Written).source,
};

/** Aliases are not followed any further; as many as a parser of YAML allows. */
const mostNodes = 10_000;

/**
 * The YAML of an unknown field's value: scalars, quotes, comments, anchors and aliases as they were written. An alias of
 * something that stands elsewhere becomes what it stands for. Throws a ReferenceError where that unfolds into too much.
 */
export function writtenField(value: Node | null | undefined, document: AnyDocument): string {
  const [anchors, aliases] = [new Set<string>(), new Set<string>()];
  if (isNode(value))
    visit(value, {
      Node: (_, node) => {
        if (isAlias(node)) aliases.add(node.source);
        else if (typeof node.anchor === "string") anchors.add(node.anchor);
      },
    });
  // Of an anchor that only something elsewhere refers to nothing is left.
  const own = new Set([...anchors].filter((anchor) => aliases.has(anchor)));
  // What stands elsewhere has its anchor there.
  const anchorOf = ({ anchor }: { anchor?: string }, isElsewhere: boolean): string | undefined =>
    !isElsewhere && anchor !== undefined && own.has(anchor) ? anchor : undefined;
  let nodes = 0;
  const written = (node: unknown, isElsewhere: boolean): Node => {
    if (++nodes > mostNodes)
      throw new ReferenceError("Excessive alias count indicates a resource exhaustion attack");
    if (isAlias(node)) {
      if (!isElsewhere && own.has(node.source)) return withProps(new Alias(node.source), node, undefined);
      return written(node.resolve(document) ?? null, true);
    }
    if (isMap(node)) {
      const map = new YAMLMap();
      map.items = node.items.map(
        ({ key, value: inner }) =>
          new Pair(written(key, isElsewhere), inner === null ? null : written(inner, isElsewhere)),
      );
      map.flow = node.flow;
      return withProps(map, node, anchorOf(node, isElsewhere));
    }
    if (isSeq(node)) {
      const list = new YAMLSeq();
      list.items = node.items.map((item) =>
        isPair(item)
          ? new Pair(written(item.key, isElsewhere), written(item.value, isElsewhere))
          : written(item, isElsewhere),
      );
      list.flow = node.flow;
      return withProps(list, node, anchorOf(node, isElsewhere));
    }
    return isScalar(node)
      ? withProps(plainAsWritten(node), node, anchorOf(node, isElsewhere))
      : new Scalar(new Written(""));
  };
  const contents = written(value, false);
  const result = new Document(undefined, { customTags: [writtenTag] });
  result.contents = contents;
  return result.toString(writing).trimEnd();
}

const writing = { lineWidth: 0 } as const;

/** The node of an unknown field's value, to stand in a document with {@link writtenTag}. */
export function fieldNode(yaml: string): Node {
  // Every scalar stays a text there.
  const document = parseDocument(yaml, { schema: "failsafe" });
  const contents = document.contents as Node | null;
  const node = contents ?? new Scalar(new Written(""));
  visit(document, {
    Scalar: (_, scalar) => {
      scalar.value = plainAsWritten(scalar).value;
    },
  });
  node.commentBefore = joined(document.commentBefore, node.commentBefore);
  node.comment = joined(node.comment, document.comment);
  return node;
}

const joined = (a: string | null | undefined, b: string | null | undefined): string | null =>
  [a, b].filter((text) => text).join("\n") || null;

function plainAsWritten(scalar: Scalar): Scalar {
  const { type, source, tag } = scalar;
  const isPlain = type === undefined || type === Scalar.PLAIN;
  const copy = new Scalar(
    isPlain &&
      tag === undefined &&
      source !== undefined &&
      !source.includes("\n") &&
      !(scalar.value instanceof Written)
      ? new Written(source)
      : scalar.value,
  );
  copy.type = type;
  return copy;
}

function withProps<Copy extends Node>(copy: Copy, node: Node, anchor: string | undefined): Copy {
  copy.comment = node.comment;
  copy.commentBefore = node.commentBefore;
  copy.spaceBefore = node.spaceBefore;
  if (node.tag !== undefined && !isAlias(copy)) copy.tag = node.tag;
  if (anchor !== undefined && !isAlias(copy)) (copy as Scalar).anchor = anchor;
  return copy;
}
