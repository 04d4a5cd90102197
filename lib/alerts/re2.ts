/** Bracketed classes of POSIX, as RE2 knows them: ASCII only. */
const posixClasses: Record<string, string> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7F",
  blank: "\\t ",
  cntrl: "\\x00-\\x1F\\x7F",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`\\{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

/** What `\d`, `\s` and `\w` hold in RE2, inside brackets; JavaScript's `\s` holds more. */
const perlClasses: Record<string, string> = { d: "0-9", s: "\\t\\n\\f\\r ", w: "0-9A-Za-z_" };

/**
 * Returns the JavaScript expression that matches what Go's RE2 matches with this pattern. Throws a `SyntaxError` for what
 * RE2 refuses (look-around, back-references, possessive quantifiers, repetitions above 1000) and for the little that has no like here: flags
 * set for a part of the pattern only, and `\C`. Where several alternatives match, both take the leftmost and of these the
 * first; unlike RE2's, the time that JavaScript's takes is not bounded by the length of the text.
 *
 * `isWhole` anchors it at both ends, as Prometheus's matchers do.
 */
export function compileRe2(pattern: string, { isWhole = false, flags = "" } = {}): RegExp {
  const { source, setFlags } = translate(pattern);
  const anchored = isWhole ? `^(?:${source})$` : source;
  return new RegExp(anchored, [...new Set([...setFlags, ...flags, "u"])].join(""));
}

function translate(pattern: string): { source: string; setFlags: string } {
  let at = 0;
  let setFlags = "";
  const leading = /^\(\?([imsU]+)\)/.exec(pattern);
  if (leading !== null) {
    const letters = leading[1] as string;
    if (letters.includes("U")) throw refusal("the flag U is not supported");
    setFlags = letters;
    at = leading[0].length;
  }
  const isMultiline = setFlags.includes("m");
  let source = "";
  let depth = 0;
  while (at < pattern.length) {
    const rest = pattern.slice(at);
    const char = pattern[at] as string;
    if (char === "\\") {
      const escaped = escapeAt(pattern, at, false);
      source += escaped.source;
      at = escaped.end;
    } else if (char === "[") {
      const bracket = classAt(pattern, at);
      source += bracket.source;
      at = bracket.end;
    } else if (rest.startsWith("(?P<")) {
      source += "(?<";
      at += 4;
      depth++;
    } else if (rest.startsWith("(?")) {
      const group = /^\(\?(?::|<(?![=!]))/.exec(rest);
      // What starts a group of RE2's own and has no like here; all else is no group for either.
      if (group === null)
        throw refusal(
          /^\(\?[imsU]*-?[imsU]*[:)]/.test(rest)
            ? `flags for a part of an expression are not supported here: \`${rest.slice(0, rest.search(/[:)]/) + 1)}\``
            : `invalid or unsupported Perl syntax: \`${rest.slice(0, rest[2] === "<" ? 4 : 3)}\``,
        );
      source += group[0];
      at += group[0].length;
      depth++;
    } else if (char === "(" || char === ")") {
      depth += char === "(" ? 1 : -1;
      if (depth < 0) throw refusal(`unexpected ): \`${pattern}\``);
      source += char;
      at += 1;
    } else if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(rest)) {
      const quantifier = /^(?:[*+?]|\{(\d+)(?:,(\d*))?\})\??/.exec(rest) as RegExpExecArray;
      if (/(?:^|[(|])$/.test(source) && !/\\[(|]$/.test(source))
        throw refusal(`missing argument to repetition operator: \`${quantifier[0]}\``);
      const most = Math.max(Number(quantifier[1] ?? 0), Number(quantifier[2] || 0));
      if (most > 1000) throw refusal(`invalid repeat count: \`${quantifier[0]}\``);
      const after = rest.slice(quantifier[0].length);
      if (/^(?:[*+?]|\{\d+(?:,\d*)?\})/.test(after))
        throw refusal(`invalid nested repetition operator: \`${quantifier[0]}${after[0]}\``);
      source += quantifier[0];
      at += quantifier[0].length;
    } else if (char === "{" || char === "}" || char === "]") {
      source += `\\${char}`;
      at += 1;
    } else if (char === "^" || char === "$") {
      // Without `m` both stand for the ends of the text, with it for those of any line that \n ends.
      source += !isMultiline ? char : char === "^" ? "(?<![^\\n])" : "(?![^\\n])";
      at += 1;
    } else if (char === ".") {
      source += setFlags.includes("s") ? "." : "[^\\n]";
      at += 1;
    } else {
      const point = String.fromCodePoint(pattern.codePointAt(at) as number);
      source += point === "/" ? "\\/" : point;
      at += point.length;
    }
  }
  if (depth > 0) throw refusal(`missing closing ): \`${pattern}\``);
  return { source, setFlags: setFlags.replace("m", "") };
}

function escapeAt(pattern: string, at: number, inClass: boolean): { source: string; end: number } {
  const rest = pattern.slice(at);
  const next = pattern[at + 1];
  if (next === undefined) throw refusal("trailing backslash at end of expression: ``");
  if (next === "Q" && !inClass) {
    const close = pattern.indexOf("\\E", at + 2);
    const literal = pattern.slice(at + 2, close === -1 ? undefined : close);
    return { source: escapeLiteral(literal), end: close === -1 ? pattern.length : close + 2 };
  }
  const lower = next.toLowerCase();
  if (Object.hasOwn(perlClasses, lower)) {
    const inside = perlClasses[lower] as string;
    if (next !== lower) {
      if (inClass && next === "S") throw refusal("\\S within brackets");
      return { source: inClass ? `\\${next}` : `[^${inside}]`, end: at + 2 };
    }
    return { source: inClass ? inside : `[${inside}]`, end: at + 2 };
  }
  const property = /^\\([pP])(?:\{(\^?)(\w+)\}|(\w))/.exec(rest);
  if (property !== null) {
    const [whole, letter, negation, long, short] = property;
    const isNegated = (letter === "P") !== (negation === "^");
    const name = (long ?? short) as string;
    const spelt = name.length <= 2 ? name : `Script=${name}`;
    return { source: `\\${isNegated ? "P" : "p"}{${spelt}}`, end: at + whole.length };
  }
  const hex = /^\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/.exec(rest);
  if (hex !== null) return { source: `\\u{${hex[1] ?? hex[2]}}`, end: at + hex[0].length };
  const octal = /^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
  if (octal !== null)
    return {
      source: `\\u{${Number.parseInt(octal[1] as string, 8).toString(16)}}`,
      end: at + octal[0].length,
    };
  const simple: Record<string, string> = { a: "\\x07", f: "\\f", n: "\\n", r: "\\r", t: "\\t", v: "\\v" };
  if (Object.hasOwn(simple, next)) return { source: simple[next] as string, end: at + 2 };
  if (!inClass && next === "A") return { source: "(?<![\\s\\S])", end: at + 2 };
  if (!inClass && next === "z") return { source: "(?![\\s\\S])", end: at + 2 };
  if (!inClass && (next === "b" || next === "B")) return { source: `\\${next}`, end: at + 2 };
  if (inClass && next === "-") return { source: "\\-", end: at + 2 };
  if (/^[!-/:-@[-`{-~]$/.test(next)) return { source: escapeLiteral(next), end: at + 2 };
  throw refusal(`invalid escape sequence: \`\\${next}\``);
}

function classAt(pattern: string, start: number): { source: string; end: number } {
  let at = start + 1;
  let source = "[";
  if (pattern[at] === "^") {
    source += "^";
    at += 1;
  }
  let isFirst = true;
  while (at < pattern.length && (pattern[at] !== "]" || isFirst)) {
    isFirst = false;
    const posix = /^\[:(\^?)(\w+):\]/.exec(pattern.slice(at));
    if (posix !== null) {
      const inside = Object.hasOwn(posixClasses, posix[2] as string)
        ? posixClasses[posix[2] as string]
        : null;
      if (inside === undefined || inside === null)
        throw refusal(`invalid character class range: \`${posix[0]}\``);
      if (posix[1] === "^") throw refusal(`${posix[0]} within brackets`);
      source += inside;
      at += posix[0].length;
    } else if (pattern[at] === "\\") {
      const escaped = escapeAt(pattern, at, true);
      source += escaped.source;
      at = escaped.end;
    } else {
      const point = String.fromCodePoint(pattern.codePointAt(at) as number);
      source += point === "-" ? "-" : /^[\^\]\\[{}()|/]$/.test(point) ? `\\${point}` : point;
      at += point.length;
    }
  }
  if (at >= pattern.length) throw refusal(`missing closing ]: \`${pattern.slice(start)}\``);
  return { source: `${source}]`, end: at + 1 };
}

function escapeLiteral(text: string): string {
  return text.replace(/[\^$\\.*+?()[\]{}|/]/g, "\\$&");
}

function refusal(why: string): SyntaxError {
  return new SyntaxError(`error parsing regexp: ${why}`);
}
