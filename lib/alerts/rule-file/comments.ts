import { isMap, isScalar, type Node, type YAMLMap, type YAMLSeq } from "yaml";
import type { NodePair, YamlNodes } from "./nodes";
import type { FileComment, RuleFileGroup } from "./rule-file";

/**
 * The comments of a rule or a group: at its fields, and in its labels and annotations. Those within a field that is not
 * `known` go with its value. `list` is where it is the first of its list, whose own comment is then its own.
 */
export function commentsOf(
  nodes: YamlNodes,
  node: YAMLMap,
  list: YAMLSeq | undefined,
  known: readonly string[],
): FileComment[] {
  const found: FileComment[] = [];
  const add = (at: string, place: FileComment["place"], text: string | null | undefined): void => {
    if (text) found.push({ at, place, text });
  };
  // What stands before a list is of its first item.
  add("", "before", list?.commentBefore);
  add("", "before", node.commentBefore);
  for (const [index, pair] of nodes.pairs(node).entries()) {
    const key = nodes.keyOf(pair);
    const value = pair.value;
    add(index === 0 ? "" : key, "before", commentBeforeKey(pair));
    if (!known.includes(key)) continue;
    if (isMap(value)) {
      add(key, "after", value.commentBefore);
      for (const inner of nodes.pairs(value)) {
        const path = `${key}.${nodes.keyOf(inner)}`;
        add(path, "before", commentBeforeKey(inner));
        if (isScalar(inner.value)) {
          add(path, "before", inner.value.commentBefore);
          add(path, "after", inner.value.comment);
        }
      }
      add(key, "after", value.comment);
    } else if (isScalar(value)) {
      add(key, "before", value.commentBefore);
      add(key, "after", value.comment);
    }
  }
  add("", "after", node.comment);
  return found;
}

const commentBeforeKey = ({ key }: NodePair): string | null | undefined =>
  (key as Node | null | undefined)?.commentBefore;

/** The comments before the first key of a document, which YAML gives to that key. */
export const firstKeyComments = (top: Node | null): (string | null | undefined)[] => {
  if (!isMap(top)) return [];
  const [first] = top.items as NodePair[];
  return first === undefined ? [] : [commentBeforeKey(first)];
};

/** A comment as it is told, without the space behind each `#`. */
export const trimmedComment = (text: string): string =>
  text
    .split("\n")
    .map((line) => line.replace(/^ /, "").trimEnd())
    .join("\n");

/** A group with the comment of a file's head or end. */
export function withComment(
  group: RuleFileGroup,
  at: "file" | "end",
  place: FileComment["place"],
  texts: readonly (string | null | undefined)[],
): RuleFileGroup {
  const text = texts.filter((one) => one).join("\n");
  return text === "" ? group : { ...group, comments: [...group.comments, { at, place, text }] };
}
