import { compareText, type Labels } from "../labels";
import { formatFloat } from "./float";

/** A value of a template, with what Go would say of its type. */
export type GoValue =
  /** What is not there: a field of nothing, a missing entry of a map of any values. */
  | { kind: "invalid" }
  | { kind: "nil" }
  | { kind: "string"; value: string; type: "string" | "template.HTML" }
  | { kind: "int"; value: number }
  | { kind: "float64"; value: number }
  | { kind: "bool"; value: boolean }
  | { kind: "map"; entries: ReadonlyMap<string, GoValue>; of: "string" | "interface {}" }
  | { kind: "slice"; items: readonly SampleValue[] }
  | SampleValue
  | { kind: "struct"; fields: ReadonlyMap<string, GoValue>; type: string }
  /** Unix milliseconds. */
  | { kind: "time"; at: number };

/** A pointer to a sample of an instant vector. */
export type SampleValue = { kind: "sample"; labels: Labels; value: number };

export const invalid: GoValue = { kind: "invalid" };
export const nil: GoValue = { kind: "nil" };

export const stringOf = (value: string): GoValue => ({ kind: "string", value, type: "string" });
export const intOf = (value: number): GoValue => ({ kind: "int", value });
export const floatOf = (value: number): GoValue => ({ kind: "float64", value });
export const boolOf = (value: boolean): GoValue => ({ kind: "bool", value });

export function labelMapOf(labels: Labels): GoValue {
  const entries = new Map(Object.entries(labels).map(([name, value]) => [name, stringOf(value)]));
  return { kind: "map", entries, of: "string" };
}

/** The type's name as `%T` writes it. */
export function typeOf(value: GoValue): string {
  switch (value.kind) {
    case "invalid":
    case "nil":
      return "<nil>";
    case "string":
      return value.type;
    case "map":
      return `map[string]${value.of}`;
    case "slice":
      return "template.queryResult";
    case "sample":
      return "*template.sample";
    case "struct":
      return value.type;
    case "time":
      return "*time.Time";
    default:
      return value.kind;
  }
}

/** Whether `if`, `with`, `and`, `or` and `not` take it for true: what is not the zero or empty value of its type. */
export function isTrue(value: GoValue): boolean {
  switch (value.kind) {
    case "invalid":
    case "nil":
      return false;
    case "string":
      return value.value !== "";
    case "int":
    case "float64":
      return value.value !== 0;
    case "bool":
      return value.value;
    case "map":
      return value.entries.size > 0;
    case "slice":
      return value.items.length > 0;
    default:
      return true;
  }
}

/** The value as `%v` writes it. */
export function textOf(value: GoValue): string {
  switch (value.kind) {
    case "invalid":
    case "nil":
      return "<nil>";
    case "string":
      return value.value;
    case "int":
      return String(value.value);
    case "float64":
      return formatFloat(value.value, "g", -1);
    case "bool":
      return String(value.value);
    case "map":
      return `map[${sortedEntries(value.entries)
        .map(([key, entry]) => `${key}:${textOf(entry)}`)
        .join(" ")}]`;
    case "slice":
      return `[${value.items.map((item) => textOf(item)).join(" ")}]`;
    case "sample": {
      // Within another value Go writes an address, which nobody can mean.
      return `&{${textOf(labelMapOf(value.labels))} ${formatFloat(value.value, "g", -1)}}`;
    }
    case "struct":
      return `{${[...value.fields.values()].map((field) => textOf(field)).join(" ")}}`;
    case "time":
      return timeText(value.at);
  }
}

/** The entries in the order in which Go prints and ranges over them. */
export function sortedEntries(entries: ReadonlyMap<string, GoValue>): [string, GoValue][] {
  return [...entries].sort(([left], [right]) => compareText(left, right));
}

/** A time as Go's `fmt.Sprint` writes one of UTC. */
export function timeText(at: number): string {
  const [day, clock = ""] = new Date(at).toISOString().slice(0, -1).split("T");
  return `${day} ${clock.replace(/\.000$|(?<=\.\d+)0+$/, "")} +0000 UTC`;
}

/** A string in Go's double quotes, as `%q` writes it. */
export function quoted(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    const short: Record<string, string> = {
      "\u0007": "\\a",
      "\b": "\\b",
      "\f": "\\f",
      "\n": "\\n",
      "\r": "\\r",
      "\t": "\\t",
      "\v": "\\v",
      "\\": "\\\\",
      '"': '\\"',
    };
    if (short[char] !== undefined) out += short[char];
    else if (code < 0x20 || code === 0x7f) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (char !== " " && /[\p{C}\p{Z}]/u.test(char))
      out +=
        code > 0xffff
          ? `\\U${code.toString(16).padStart(8, "0")}`
          : `\\u${code.toString(16).padStart(4, "0")}`;
    else out += char;
  }
  return `${out}"`;
}
