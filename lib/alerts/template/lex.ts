export type TokenType =
  | "error"
  | "bool"
  | "char"
  | "charConstant"
  | "assign"
  | "declare"
  | "eof"
  | "field"
  | "identifier"
  | "leftDelim"
  | "leftParen"
  | "number"
  | "pipe"
  | "rawString"
  | "rightDelim"
  | "rightParen"
  | "space"
  | "string"
  | "text"
  | "variable"
  | "keyword";

/** `at` is an index into the text, in UTF-16 units; `line` counts from 1. */
export type Token = { type: TokenType; at: number; value: string; line: number };

const keywords = new Set([
  ".",
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "range",
  "nil",
  "template",
  "with",
]);

const isSpace = (char: string | undefined) => char !== undefined && " \t\r\n".includes(char);
const alphanumeric = /[_\p{L}\p{Nd}]/u;

/**
 * Splits a Go template into tokens, as text/template/parse does: `{{` and `}}`, with `{{- ` and ` -}}` taking the white
 * space beside them away, comments dropped. Ends with a token of type "eof" or "error", whose value is the error's text.
 */
export function lex(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let start = 0;
  let line = 1;
  let startLine = 1;
  let depth = 0;

  const emit = (type: TokenType) => {
    const value = text.slice(start, at);
    tokens.push({ type, at: start, value, line: startLine });
    ignore();
  };
  const ignore = () => {
    line += countLines(text.slice(start, at));
    start = at;
    startLine = line;
  };
  const fail = (message: string): Token[] => {
    tokens.push({ type: "error", at: start, value: message, line: startLine });
    return tokens;
  };
  const trimsLeft = (from: number) => text[from] === "-" && isSpace(text[from + 1]);
  const trimsRight = (from: number) => isSpace(text[from]) && text.startsWith("-}}", from + 1);
  const skipSpace = () => {
    while (isSpace(text[at])) at++;
    ignore();
  };
  const pointAt = (index: number) => {
    const code = text.codePointAt(index);
    return code === undefined ? undefined : String.fromCodePoint(code);
  };
  const isTerminator = () => {
    const char = text[at];
    return char === undefined || isSpace(char) || ".,|:)(".includes(char) || char === "}";
  };

  for (;;) {
    const open = text.indexOf("{{", at);
    if (open === -1) {
      at = text.length;
      if (at > start) emit("text");
      emit("eof");
      return tokens;
    }
    at = open;
    const trims = trimsLeft(open + 2);
    if (trims) while (at > start && isSpace(text[at - 1])) at--;
    if (at > start) emit("text");
    at = open;
    ignore();
    const inside = open + 2 + (trims ? 2 : 0);
    if (text.startsWith("/*", inside)) {
      const close = text.indexOf("*/", inside + 2);
      at = inside;
      ignore();
      if (close === -1) return fail("unclosed comment");
      at = close + 2;
      const trimsAfter = trimsRight(at);
      if (!trimsAfter && !text.startsWith("}}", at)) return fail("comment ends before closing delimiter");
      at += trimsAfter ? 4 : 2;
      ignore();
      if (trimsAfter) skipSpace();
      continue;
    }
    at = open + 2;
    emit("leftDelim");
    at = inside;
    ignore();
    depth = 0;

    for (;;) {
      const trimsAfter = trimsRight(at);
      if (trimsAfter || text.startsWith("}}", at)) {
        if (depth > 0) return fail("unclosed left paren");
        if (trimsAfter) {
          at += 2;
          ignore();
        }
        at += 2;
        emit("rightDelim");
        if (trimsAfter) skipSpace();
        break;
      }
      const char = pointAt(at);
      if (char === undefined) return fail("unclosed action");
      if (isSpace(char)) {
        while (isSpace(text[at]) && !trimsRight(at)) at++;
        if (at > start) emit("space");
        continue;
      }
      at += char.length;
      if (char === "=") emit("assign");
      else if (char === ":") {
        if (text[at] !== "=") return fail("expected :=");
        at++;
        emit("declare");
      } else if (char === "|") emit("pipe");
      else if (char === '"') {
        for (;;) {
          const next = text[at++];
          if (next === "\\" && text[at] !== undefined && text[at] !== "\n") at++;
          else if (next === undefined || next === "\n" || next === "\\")
            return fail("unterminated quoted string");
          else if (next === '"') break;
        }
        emit("string");
      } else if (char === "`") {
        const close = text.indexOf("`", at);
        if (close === -1) return fail("unterminated raw quoted string");
        at = close + 1;
        emit("rawString");
      } else if (char === "'") {
        for (;;) {
          const next = text[at++];
          if (next === "\\" && text[at] !== undefined && text[at] !== "\n") at++;
          else if (next === undefined || next === "\n" || next === "\\")
            return fail("unterminated character constant");
          else if (next === "'") break;
        }
        emit("charConstant");
      } else if (char === "$" || (char === "." && !/\d/.test(text[at] ?? ""))) {
        const type = char === "$" ? "variable" : "field";
        if (isTerminator()) {
          emit(char === "$" ? "variable" : "keyword");
          continue;
        }
        while (alphanumeric.test(pointAt(at) ?? "")) at += (pointAt(at) as string).length;
        if (!isTerminator()) return fail(`bad character ${unicode(pointAt(at) as string)}`);
        emit(type);
      } else if (char === "." || char === "+" || char === "-" || /\d/.test(char)) {
        at -= char.length;
        const match =
          /^[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/.exec(
            text.slice(at),
          );
        at += match?.[0].length ?? 0;
        if (alphanumeric.test(pointAt(at) ?? "")) {
          at += (pointAt(at) as string).length;
          return fail(`bad number syntax: ${JSON.stringify(text.slice(start, at))}`);
        }
        if (text[at] === "+" || text[at] === "-")
          return fail(`bad number syntax: ${JSON.stringify(text.slice(start, at))}`);
        emit("number");
      } else if (alphanumeric.test(char)) {
        while (alphanumeric.test(pointAt(at) ?? "")) at += (pointAt(at) as string).length;
        if (!isTerminator()) return fail(`bad character ${unicode(pointAt(at) as string)}`);
        const word = text.slice(start, at);
        emit(keywords.has(word) ? "keyword" : word === "true" || word === "false" ? "bool" : "identifier");
      } else if (char === "(") {
        emit("leftParen");
        depth++;
      } else if (char === ")") {
        emit("rightParen");
        depth--;
        if (depth < 0) return fail("unexpected right paren");
      } else if (char >= " " && char <= "~") emit("char");
      else return fail(`unrecognized character in action: ${unicode(char)}`);
    }
  }
}

const countLines = (text: string) => text.split("\n").length - 1;

/** A character as Go's `%#U` writes it. */
function unicode(char: string): string {
  const code = (char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0");
  return /[\p{C}\p{Zl}\p{Zp}]/u.test(char) ? `U+${code}` : `U+${code} '${char}'`;
}
