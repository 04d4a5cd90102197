import { isContentKey } from "./redaction";

export type TagTerm = { key: string; value: string; not: boolean };

/** Alternatives, of each of which one span has to meet every term. */
export type TagSearch = TagTerm[][];

type Parsed = { kind: "search"; search: TagSearch } | { kind: "refused"; reason: string };

/** Each alternative is a search of its own at the source. */
const mostAlternatives = 5;

/** Quoted texts may hold anything, with `\"` for a quote. */
const wordPattern = /(?:[^\s"=]|"(?:[^"\\]|\\.)*")+(?:=(?:"(?:[^"\\]|\\.)*"|[^\s"])*)?|\S+/g;

const unquoted = (text: string): string =>
  /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;

/**
 * Reads a search by tags: `key=value` joined by spaces, `OR` between alternatives, `NOT` or `-` before what must not be.
 * Refuses what carries content: whether something is found would tell what was said.
 */
export function parseTagSearch(text: string): Parsed {
  const search: TagSearch = [[]];
  let not = false;
  const refused = (reason: string): Parsed => ({ kind: "refused", reason });
  for (const [word] of text.matchAll(wordPattern)) {
    if (word === "AND") continue;
    if (word === "OR") {
      if (not || search.at(-1)!.length === 0) return refused("OR stands between two alternatives");
      search.push([]);
      continue;
    }
    if (word === "NOT") {
      if (not) return refused("NOT stands before one key=value");
      not = true;
      continue;
    }
    const isMinus = word.startsWith("-") && word.length > 1;
    const term = isMinus ? word.slice(1) : word;
    const at = keyEnd(term);
    if (at <= 0) return refused(`${shortened(word)} is not key=value`);
    const key = unquoted(term.slice(0, at));
    if (isContentKey(key)) return refused(`${shortened(key)} carries content, which cannot be searched by`);
    search.at(-1)!.push({ key, value: unquoted(term.slice(at + 1)), not: not || isMinus });
    not = false;
  }
  if (not) return refused("NOT stands before one key=value");
  if (search.length > 1 && search.at(-1)!.length === 0) return refused("OR stands between two alternatives");
  if (search.length > mostAlternatives) return refused(`At most ${mostAlternatives} alternatives`);
  return { kind: "search", search: search.filter((terms) => terms.length > 0) };
}

function keyEnd(term: string): number {
  if (!term.startsWith('"')) return term.indexOf("=");
  const end = /^"(?:[^"\\]|\\.)*"/.exec(term)?.[0].length ?? 0;
  return term[end] === "=" ? end : -1;
}

const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** Returns how a tag is written in a search. */
export function tagText(key: string, value: string): string {
  const quoted = (part: string) =>
    /[\s"=]/.test(part) || part === "" ? `"${part.replace(/[\\"]/g, "\\$&")}"` : part;
  return `${quoted(key)}=${quoted(value)}`;
}
