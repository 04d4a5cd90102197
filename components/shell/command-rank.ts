import type { Command } from "./commands";

/** How well words match one text, from best to none. */
const EXACT = 4;
const PREFIX = 3;
const WORD_START = 2;
const INSIDE = 1;

function matchOf(words: string, text: string): number {
  const at = text.indexOf(words);
  if (at < 0) return 0;
  if (text.length === words.length) return EXACT;
  if (at === 0) return PREFIX;
  for (let index = at; index >= 0; index = text.indexOf(words, index + 1))
    if (!/[\p{L}\p{N}]/u.test(text[index - 1] ?? "")) return WORD_START;
  return INSIDE;
}

/** Whether the letters of the words follow one another in the text, the first at the start of a word. */
function isSubsequence(words: string, text: string): boolean {
  const letters = [...words.replaceAll(/\s+/g, "")];
  let starts = 0;
  while (starts >= 0 && starts < text.length) {
    const start = text.indexOf(letters[0] ?? "", starts);
    if (start < 0) return false;
    if (start === 0 || !/[\p{L}\p{N}]/u.test(text[start - 1]!)) {
      let at = start;
      for (const letter of letters.slice(1)) at = at < 0 ? at : text.indexOf(letter, at + 1);
      if (at >= 0) return true;
    }
    starts = start + 1;
  }
  return false;
}

/** Of a label any match is worth more than the best of its other words. */
const LABEL = 10;
const OTHER = 5;
const SUBSEQUENCE = 1;

function scoreOf(words: string, command: Pick<Command, "label" | "detail" | "keywords">): number {
  const label = matchOf(words, command.label.toLowerCase());
  if (label > 0) return LABEL + label;
  const others = [command.detail ?? "", ...(command.keywords ?? [])];
  const other = Math.max(0, ...others.map((text) => matchOf(words, text.toLowerCase())));
  return other > 0 ? OTHER + other : 0;
}

/**
 * The entries that match what was typed, the best first whatever their group: by their exact label, its beginning, the
 * beginning of one of its words, a part of it, the same of their other words, and last the letters of the label in their
 * order. Of several words each has to match, and the worst counts. Among equals the shorter label is first, then the
 * order given. All of them, as they are, where nothing was typed.
 */
export function rankCommands<Entry extends Pick<Command, "label" | "detail" | "keywords">>(
  typed: string,
  commands: readonly Entry[],
): Entry[] {
  const words = typed.trim().toLowerCase();
  if (words === "") return [...commands];
  const each = words.split(/\s+/);
  return commands
    .map((command, index) => {
      const whole = scoreOf(words, command);
      const score =
        whole > 0 || each.length === 1
          ? whole
          : Math.min(...each.map((word) => scoreOf(word, command))) - 0.5;
      const rank = score > 0 ? score : isSubsequence(words, command.label.toLowerCase()) ? SUBSEQUENCE : 0;
      return { command, index, rank };
    })
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank || a.command.label.length - b.command.label.length || a.index - b.index)
    .map(({ command }) => command);
}
