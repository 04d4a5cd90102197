import { formatFloat } from "./float";
import { type GoValue, quoted, sortedEntries, stringOf, textOf, typeOf } from "./values";

type Flags = { minus: boolean; plus: boolean; sharp: boolean; space: boolean; zero: boolean };
type Spec = { verb: string; flags: Flags; width: number | null; precision: number | null };

/** Returns what Go's `fmt.Sprintf` makes of it, its notes on wrong and missing arguments included. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  let out = "";
  let next = 0;
  let isReordered = false;
  const chars = [...format];
  for (let at = 0; at < chars.length; at++) {
    if (chars[at] !== "%") {
      out += chars[at];
      continue;
    }
    const flags: Flags = { minus: false, plus: false, sharp: false, space: false, zero: false };
    at++;
    for (; at < chars.length; at++) {
      if (chars[at] === "-") flags.minus = true;
      else if (chars[at] === "+") flags.plus = true;
      else if (chars[at] === "#") flags.sharp = true;
      else if (chars[at] === " ") flags.space = true;
      else if (chars[at] === "0") flags.zero = true;
      else break;
    }
    let isBadIndex = false;
    const takeIndex = () => {
      const match = /^\[(\d+)\]/.exec(chars.slice(at).join(""));
      if (match === null) return;
      isReordered = true;
      const index = Number(match[1]);
      if (index < 1 || index > args.length) isBadIndex = true;
      else next = index - 1;
      at += match[0].length;
    };
    const takeNumber = (): { value: number | null; isBad: boolean } => {
      takeIndex();
      if (chars[at] === "*") {
        at++;
        const given = args[next++];
        if (given?.kind !== "int" || Math.abs(given.value) > 1e6) return { value: null, isBad: true };
        return { value: given.value, isBad: false };
      }
      let digits = "";
      while (at < chars.length && /\d/.test(chars[at] as string)) digits += chars[at++];
      return { value: digits === "" ? null : Number(digits), isBad: false };
    };
    const width = takeNumber();
    if (width.isBad) out += "%!(BADWIDTH)";
    if (width.value !== null && width.value < 0) {
      width.value = -width.value;
      flags.minus = true;
      flags.zero = false;
    }
    let precision: number | null = null;
    if (chars[at] === ".") {
      at++;
      const taken = takeNumber();
      if (taken.isBad || (taken.value ?? 0) < 0) out += "%!(BADPREC)";
      precision = taken.isBad ? null : Math.max(taken.value ?? 0, 0);
    }
    takeIndex();
    const verb = chars[at];
    if (verb === undefined) {
      out += "%!(NOVERB)";
      break;
    }
    if (verb === "%") {
      out += "%";
      continue;
    }
    if (isBadIndex) {
      out += `%!${verb}(BADINDEX)`;
      continue;
    }
    const arg = args[next];
    if (arg === undefined) {
      out += `%!${verb}(MISSING)`;
      continue;
    }
    next++;
    out += formatted(arg, { verb, flags, width: width.value, precision });
  }
  if (!isReordered && next < args.length)
    out += `%!(EXTRA ${args
      .slice(next)
      .map((arg) => (isNone(arg) ? "<nil>" : `${typeOf(arg)}=${textOf(arg)}`))
      .join(", ")})`;
  return out;
}

/** Returns what Go's `fmt.Sprint` makes of it: a space between two operands of which neither is a string. */
export function sprint(args: readonly GoValue[]): string {
  let out = "";
  for (const [index, arg] of args.entries()) {
    const before = args[index - 1];
    if (before !== undefined && before.kind !== "string" && arg.kind !== "string") out += " ";
    out += textOf(arg);
  }
  return out;
}

export function sprintln(args: readonly GoValue[]): string {
  return `${args.map((arg) => textOf(arg)).join(" ")}\n`;
}

const isNone = (value: GoValue) => value.kind === "nil" || value.kind === "invalid";

function formatted(value: GoValue, spec: Spec): string {
  const { verb, flags } = spec;
  if (verb === "T") return padded(typeOf(value), spec, false);
  if (isNone(value)) return verb === "v" ? padded("<nil>", spec, false) : `%!${verb}(<nil>)`;
  if (verb === "v" && flags.sharp) return goSyntax(value);
  switch (value.kind) {
    case "string":
      return stringVerb(value.value, spec) ?? bad(value, verb);
    case "bool":
      return verb === "t" || verb === "v" ? padded(String(value.value), spec, false) : bad(value, verb);
    case "int":
      return intVerb(value.value, spec) ?? bad(value, verb);
    case "float64":
      return floatVerb(value.value, spec) ?? bad(value, verb);
    case "time":
      return stringVerb(textOf(value), spec) ?? bad(value, verb);
    case "map":
      return `map[${sortedEntries(value.entries)
        .map(([key, entry]) => `${formatted(stringOf(key), spec)}:${formatted(entry, spec)}`)
        .join(" ")}]`;
    case "slice":
      return `[${value.items.map((item) => formatted(item, spec)).join(" ")}]`;
    default:
      return textOf(value);
  }
}

function bad(value: GoValue, verb: string): string {
  return `%!${verb}(${typeOf(value)}=${textOf(value)})`;
}

function stringVerb(text: string, spec: Spec): string | null {
  const cut = spec.precision === null ? text : [...text].slice(0, spec.precision).join("");
  switch (spec.verb) {
    case "s":
    case "v":
      return padded(cut, spec, false);
    case "q":
      return padded(spec.flags.sharp && !/[`\n\r]/.test(cut) ? `\`${cut}\`` : quoted(cut), spec, false);
    case "x":
    case "X": {
      const bytes = new TextEncoder().encode(text).subarray(0, spec.precision ?? undefined);
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      return padded(spec.verb === "X" ? hex.toUpperCase() : hex, spec, false);
    }
    default:
      return null;
  }
}

const bases: Record<string, number> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

function intVerb(value: number, spec: Spec): string | null {
  const { verb, flags, precision } = spec;
  if (verb === "c") return padded(String.fromCodePoint(value), spec, false);
  if (verb === "q") return padded(`'${String.fromCodePoint(value)}'`, spec, false);
  if (verb === "U") return padded(`U+${value.toString(16).toUpperCase().padStart(4, "0")}`, spec, false);
  const base = bases[verb];
  if (base === undefined) return null;
  let digits = Math.abs(value).toString(base);
  if (verb === "X") digits = digits.toUpperCase();
  if (precision !== null) digits = precision === 0 && value === 0 ? "" : digits.padStart(precision, "0");
  if (verb === "O") digits = `0o${digits}`;
  if (flags.sharp && base === 16) digits = `0${verb}${digits}`;
  if (flags.sharp && verb === "o") digits = `0${digits}`;
  if (flags.sharp && verb === "b") digits = `0b${digits}`;
  return padded(signed(value < 0, digits, flags), spec, precision === null);
}

function floatVerb(value: number, spec: Spec): string | null {
  const { verb, flags, precision } = spec;
  const lower = verb === "v" ? "g" : verb.toLowerCase();
  if (lower !== "e" && lower !== "f" && lower !== "g") return null;
  // %v and %g take as few digits as are needed, %e and %f six.
  const digits = precision ?? (lower === "g" ? -1 : 6);
  const isNegative = value < 0 || Object.is(value, -0);
  let text = formatFloat(Math.abs(value), lower, lower === "g" && digits === 0 ? 1 : digits);
  if (!Number.isFinite(value)) text = Number.isNaN(value) ? "NaN" : "Inf";
  if (verb === "E" || verb === "G") text = text.toUpperCase();
  const isPlain = Number.isFinite(value);
  const hasPlus = flags.plus || value === Number.POSITIVE_INFINITY;
  return padded(signed(isNegative, text, { ...flags, plus: hasPlus }), spec, isPlain);
}

function signed(isNegative: boolean, digits: string, { plus, space }: Pick<Flags, "plus" | "space">): string {
  if (isNegative) return `-${digits}`;
  if (plus) return `+${digits}`;
  return space ? ` ${digits}` : digits;
}

function padded(text: string, { width, flags }: Spec, isNumber: boolean): string {
  const missing = (width ?? 0) - [...text].length;
  if (missing <= 0) return text;
  if (flags.minus) return text + " ".repeat(missing);
  if (!flags.zero) return " ".repeat(missing) + text;
  const sign = isNumber ? (/^[+\- ]/.exec(text)?.[0] ?? "") : "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

function goSyntax(value: GoValue): string {
  switch (value.kind) {
    case "string":
      return quoted(value.value);
    case "map":
      return `map[string]${value.of}{${sortedEntries(value.entries)
        .map(([key, entry]) => `${quoted(key)}:${goSyntax(entry)}`)
        .join(", ")}}`;
    default:
      return textOf(value);
  }
}
