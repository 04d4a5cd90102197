import ipaddr from "ipaddr.js";
import { RE2JS } from "re2js";
import { parseDuration } from "../duration";
import { compareText, type Labels } from "../labels";
import { formatFloat } from "./float";
import { sprint, sprintf, sprintln } from "./format";
import {
  boolOf,
  floatOf,
  type GoValue,
  intOf,
  isTrue,
  nil,
  quoted,
  type SampleValue,
  stringOf,
  textOf,
  typeOf,
} from "./values";

/** What a parameter takes; `any` takes all there is. */
export type Parameter = "any" | "string" | "*template.sample" | "template.queryResult";

export type TemplateFunction = {
  parameters: readonly Parameter[];
  /** Of all further arguments. */
  rest?: Parameter;
  call(args: readonly GoValue[], context: FunctionContext): GoValue | Promise<GoValue>;
};

export type FunctionContext = {
  /** The value of a query at the time of the evaluation. Throws with what Prometheus says of a query that fails. */
  query(expr: string): Promise<readonly { labels: Labels; value: number }[]>;
  /** Null where there is none to tell of, as in Prometheus's unit tests: asking for it is an error there. */
  externalUrl: string | null;
};

const bytesOf = (given: string) => new TextEncoder().encode(given);

const text = (value: GoValue | undefined): string => (value?.kind === "string" ? value.value : "");

const nilPointer = () => new Error("runtime error: invalid memory address or nil pointer dereference");

function urlOf({ externalUrl }: FunctionContext): string {
  if (externalUrl === null) throw nilPointer();
  return externalUrl;
}

function sampleOf(value: GoValue | undefined): SampleValue {
  if (value?.kind === "sample") return value;
  throw nilPointer();
}

function itemsOf(value: GoValue | undefined): readonly SampleValue[] {
  return value?.kind === "slice" ? value.items : [];
}

/** A number, or a string that is one. */
function numberOf(value: GoValue | undefined): number {
  if (value?.kind === "float64" || value?.kind === "int") return value.value;
  if (value?.kind === "string" && value.type === "string") {
    const parsed = parseGoFloat(value.value);
    if (parsed === null)
      throw new Error(`strconv.ParseFloat: parsing ${quoted(value.value)}: invalid syntax`);
    return parsed;
  }
  throw new Error(`can't convert ${value === undefined ? "<nil>" : typeOf(value)} to float`);
}

function parseGoFloat(given: string): number | null {
  const named = /^([+-]?)(?:(inf(?:inity)?)|(nan))$/i.exec(given);
  if (named !== null)
    return named[3] === undefined ? (named[1] === "-" ? -1 : 1) * Number.POSITIVE_INFINITY : Number.NaN;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(given) ? Number(given) : null;
}

const short = (value: number) => formatFloat(value, "g", 4);
const isNoNumber = (value: number) => !Number.isFinite(value);

const smallPrefixes = ["m", "u", "n", "p", "f", "a", "z", "y"];

/** The number and the prefix that stands for its thousandths. */
function scaledUp(value: number): [number, string] {
  let prefix = "";
  let scaled = value;
  for (const each of smallPrefixes) {
    if (Math.abs(scaled) >= 1) break;
    prefix = each;
    scaled *= 1000;
  }
  return [scaled, prefix];
}

function scaledDown(value: number, base: number, prefixes: readonly string[]): [number, string] {
  let prefix = "";
  let scaled = value;
  for (const each of prefixes) {
    if (Math.abs(scaled) < base) break;
    prefix = each;
    scaled /= base;
  }
  return [scaled, prefix];
}

/** Prometheus's `humanize`: four significant digits and a metric prefix. */
export function humanize(value: number): string {
  if (value === 0 || isNoNumber(value)) return short(value);
  const [scaled, prefix] =
    Math.abs(value) >= 1
      ? scaledDown(value, 1000, ["k", "M", "G", "T", "P", "E", "Z", "Y"])
      : scaledUp(value);
  return short(scaled) + prefix;
}

/** Prometheus's `humanize1024`. */
function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || isNoNumber(value)) return short(value);
  const [scaled, prefix] = scaledDown(value, 1024, ["ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"]);
  return short(scaled) + prefix;
}

/** Prometheus's `humanizeDuration` of seconds. */
export function humanizeDuration(value: number): string {
  if (isNoNumber(value)) return short(value);
  if (value === 0) return `${short(value)}s`;
  if (Math.abs(value) < 1) {
    const [scaled, prefix] = scaledUp(value);
    return `${short(scaled)}${prefix}s`;
  }
  const sign = value < 0 ? "-" : "";
  const size = Math.abs(value);
  const whole = Math.trunc(size);
  const seconds = whole % 60;
  const minutes = Math.trunc(whole / 60) % 60;
  const hours = Math.trunc(whole / 3600) % 24;
  const days = Math.trunc(whole / 86_400);
  if (days !== 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours !== 0) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes !== 0) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${short(size)}s`;
}

/** Unix milliseconds of Unix seconds; what a 64-bit count of nanoseconds cannot hold throws. */
function timeOf(seconds: number): number {
  const nanoseconds = seconds * 1e9;
  if (nanoseconds > 2 ** 63 || nanoseconds < -(2 ** 63))
    throw new Error(
      `${textOf(floatOf(seconds))} cannot be represented as a nanoseconds timestamp since it overflows int64`,
    );
  return Math.trunc(nanoseconds / 1e6);
}

/** The first letter of every word in upper case, as Go's `strings.Title`. */
function title(given: string): string {
  let before = " ";
  let out = "";
  for (const char of given) {
    out += isSeparator(before) ? char.toUpperCase() : char;
    before = char;
  }
  return out;
}

function isSeparator(char: string): boolean {
  if (/[0-9A-Za-z_]/.test(char)) return false;
  if ((char.codePointAt(0) as number) <= 0x7f) return true;
  return !/[\p{L}\p{Nd}]/u.test(char) && /\s/u.test(char);
}

/** What Go's `url.QueryEscape` makes of it. */
function queryEscape(given: string): string {
  return encodeURIComponent(given)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%20", "+");
}

function splitHostPort(hostPort: string): { host: string; port: string } | null {
  const match = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/.exec(hostPort);
  return match === null ? null : { host: match[1] ?? match[2] ?? "", port: match[3] ?? "" };
}

function stripDomain(hostPort: string): string {
  const split = splitHostPort(hostPort);
  const host = split?.host ?? hostPort;
  if (ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host)) return hostPort;
  const first = host.split(".")[0] ?? "";
  return split === null || split.port === "" ? first : `${first}:${split.port}`;
}

/** Where Prometheus panics for a pattern that is none, the panic's text is the error's. */
function compiledOrPanic(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new Error(`regexp: Compile(\`${pattern}\`): ${(error as Error).message}`);
  }
}

/**
 * What Go's `ReplaceAllString` makes of it: $1, ${name} and $$ in the replacement, a name as long as it can be; an empty
 * match right behind the last one is none.
 */
function replaceAll(pattern: string, replacement: string, given: string): string {
  const expression = compiledOrPanic(pattern);
  const names = expression.namedGroups();
  const matcher = expression.matcher(given);
  const groupOf = (name: string): string => {
    const number = /^\d+$/.test(name) ? Number(name) : names[name];
    return number === undefined || number > matcher.groupCount() ? "" : (matcher.group(number) ?? "");
  };
  let out = "";
  let end = -1;
  while (matcher.find()) {
    if (matcher.start() === matcher.end() && matcher.start() === end) continue;
    out += given.slice(Math.max(end, 0), matcher.start());
    out += replacement.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced: string, bare: string) =>
      whole === "$$" ? "$" : groupOf(braced ?? bare),
    );
    end = matcher.end();
  }
  return out + given.slice(Math.max(end, 0));
}

type Kind = "bool" | "int" | "float" | "string";

function kindOf(value: GoValue): Kind | null {
  if (value.kind === "float64") return "float";
  return value.kind === "bool" || value.kind === "int" || value.kind === "string" ? value.kind : null;
}

function equal(left: GoValue, right: GoValue): boolean {
  const [a, b] = [kindOf(left), kindOf(right)];
  if (a !== b) {
    if (a !== null && b !== null) throw new Error("incompatible types for comparison");
    if (isNone(left) || isNone(right)) return isNone(left) && isNone(right);
    throw new Error("incompatible types for comparison");
  }
  if (a === null) {
    if (isNone(left) || isNone(right)) return isNone(left) && isNone(right);
    for (const each of [left, right])
      if (each.kind === "map" || each.kind === "slice")
        throw new Error(`non-comparable type ${textOf(each)}: ${typeOf(each)}`);
    return left === right || (left.kind === "time" && right.kind === "time" && left.at === right.at);
  }
  return (left as { value: unknown }).value === (right as { value: unknown }).value;
}

const isNone = (value: GoValue) => value.kind === "nil" || value.kind === "invalid";

function less(left: GoValue, right: GoValue): boolean {
  const [a, b] = [kindOf(left), kindOf(right)];
  if (a === null || b === null) throw new Error("invalid type for comparison");
  if (a !== b) throw new Error("incompatible types for comparison");
  if (left.kind === "string" && right.kind === "string") return compareText(left.value, right.value) < 0;
  if (a === "bool") throw new Error("invalid type for comparison");
  return (left as { value: number }).value < (right as { value: number }).value;
}

const lessOrEqual = (left: GoValue, right: GoValue) => less(left, right) || equal(left, right);

function lengthOf(value: GoValue): number {
  switch (value.kind) {
    case "string":
      return bytesOf(value.value).length;
    case "map":
      return value.entries.size;
    case "slice":
      return value.items.length;
    case "nil":
    case "invalid":
      throw new Error("len of nil pointer");
    default:
      throw new Error(`len of type ${typeOf(value).replace(/^\*/, "")}`);
  }
}

function indexOf(value: GoValue, index: GoValue): GoValue {
  if (isNone(value)) throw new Error("index of nil pointer");
  if (value.kind === "map") {
    if (index.kind !== "string" || index.type !== "string")
      throw new Error(
        isNone(index)
          ? "value is nil; should be of type string"
          : `value has type ${typeOf(index)}; should be string`,
      );
    return value.entries.get(index.value) ?? (value.of === "string" ? stringOf("") : nil);
  }
  if (value.kind !== "slice" && value.kind !== "string")
    throw new Error(`can't index item of type ${typeOf(value).replace(/^\*/, "")}`);
  if (index.kind !== "int") {
    if (isNone(index)) throw new Error("cannot index slice/array with nil");
    throw new Error(`cannot index slice/array with type ${typeOf(index)}`);
  }
  const length = lengthOf(value);
  if (index.value < 0 || index.value >= length) throw new Error(`index out of range: ${index.value}`);
  if (value.kind === "slice") return value.items[index.value] as SampleValue;
  return intOf(bytesOf(value.value)[index.value] as number);
}

function sliceOf(value: GoValue, bounds: readonly GoValue[]): GoValue {
  if (isNone(value)) throw new Error("slice of untyped nil");
  if (value.kind !== "string" && value.kind !== "slice")
    throw new Error(`can't slice item of type ${typeOf(value).replace(/^\*/, "")}`);
  if (bounds.length > 3) throw new Error(`too many slice indexes: ${bounds.length}`);
  if (bounds.length === 3 && value.kind === "string") throw new Error("cannot 3-index slice a string");
  const length = lengthOf(value);
  const [from = 0, to = length] = bounds.map((bound) => {
    if (bound.kind !== "int") throw new Error(`cannot index slice/array with type ${typeOf(bound)}`);
    if (bound.value < 0 || bound.value > length) throw new Error(`index out of range: ${bound.value}`);
    return bound.value;
  });
  if (from > to) throw new Error(`invalid slice index: ${from} > ${to}`);
  if (value.kind === "slice") return { kind: "slice", items: value.items.slice(from, to) };
  return stringOf(new TextDecoder().decode(bytesOf(value.value).subarray(from, to)));
}

const htmlEscapes: Record<string, string> = {
  "\0": "\uFFFD",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

const jsEscapes: Record<string, string> = {
  "\\": "\\\\",
  "'": "\\'",
  '"': '\\"',
  "<": "\\u003C",
  ">": "\\u003E",
  "&": "\\u0026",
  "=": "\\u003D",
};

function jsEscape(given: string): string {
  let out = "";
  for (const char of given) {
    const code = char.codePointAt(0) as number;
    if (jsEscapes[char] !== undefined) out += jsEscapes[char];
    else if (code < 0x20 || (code > 0x7e && char !== " " && /[\p{C}\p{Z}]/u.test(char)))
      out += `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
    else out += char;
  }
  return out;
}

function ofStrings(count: number, run: (...args: string[]) => GoValue): TemplateFunction {
  return {
    parameters: new Array<Parameter>(count).fill("string"),
    call: (args) => run(...args.map(text)),
  };
}

const ofNumber = (run: (value: number) => string): TemplateFunction => ({
  parameters: ["any"],
  call: ([value]) => stringOf(run(numberOf(value))),
});

const ofTwo = (run: (left: GoValue, right: GoValue) => boolean): TemplateFunction => ({
  parameters: ["any", "any"],
  call: ([left = nil, right = nil]) => boolOf(run(left, right)),
});

const ofTexts = (run: (args: readonly GoValue[]) => string): TemplateFunction => ({
  parameters: [],
  rest: "any",
  call: (args) => stringOf(run(args)),
});

/**
 * The functions of an alert's templates: those of Prometheus (docs/configuration/template_reference.md) and Go's own.
 * Left out: `tmpl`, which Prometheus has in console pages only, and `call`, which has nothing to call.
 */
export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  query: {
    parameters: ["string"],
    call: async ([expr], context) => {
      const samples = await context.query(text(expr));
      return {
        kind: "slice",
        items: samples.map(({ labels, value }) => ({ kind: "sample", labels, value })),
      };
    },
  },
  first: {
    parameters: ["template.queryResult"],
    call: ([samples]) => {
      const [first] = itemsOf(samples);
      if (first === undefined) throw new Error("first() called on vector with no elements");
      return first;
    },
  },
  label: {
    parameters: ["string", "*template.sample"],
    call: ([name, sample]) => {
      const { labels } = sampleOf(sample);
      return stringOf(Object.hasOwn(labels, text(name)) ? (labels[text(name)] as string) : "");
    },
  },
  value: { parameters: ["*template.sample"], call: ([sample]) => floatOf(sampleOf(sample).value) },
  strvalue: {
    parameters: ["*template.sample"],
    call: ([sample]) => stringOf(sampleOf(sample).labels.__value__ ?? ""),
  },
  sortByLabel: {
    parameters: ["string", "template.queryResult"],
    call: ([name, samples]) => ({
      kind: "slice",
      items: [...itemsOf(samples)].sort((left, right) =>
        compareText(left.labels[text(name)] ?? "", right.labels[text(name)] ?? ""),
      ),
    }),
  },
  args: {
    parameters: [],
    rest: "any",
    call: (args) => ({
      kind: "map",
      of: "interface {}",
      entries: new Map(args.map((arg, index) => [`arg${index}`, arg])),
    }),
  },
  safeHtml: ofStrings(1, (value = "") => ({ kind: "string", value, type: "template.HTML" })),
  externalURL: { parameters: [], call: (_, context) => stringOf(urlOf(context)) },
  pathPrefix: {
    parameters: [],
    call: (_, context) => stringOf(/^\w+:\/\/[^/]*(\/[^?#]*)?/.exec(urlOf(context))?.[1] ?? ""),
  },
  title: ofStrings(1, (value = "") => stringOf(title(value))),
  toUpper: ofStrings(1, (value = "") => stringOf(value.toUpperCase())),
  toLower: ofStrings(1, (value = "") => stringOf(value.toLowerCase())),
  match: ofStrings(2, (pattern = "", value = "") => boolOf(RE2JS.compile(pattern).test(value))),
  reReplaceAll: ofStrings(3, (pattern = "", replacement = "", value = "") =>
    stringOf(replaceAll(pattern, replacement, value)),
  ),
  graphLink: ofStrings(1, (expr = "") => stringOf(`/graph?g0.expr=${queryEscape(expr)}&g0.tab=0`)),
  tableLink: ofStrings(1, (expr = "") => stringOf(`/graph?g0.expr=${queryEscape(expr)}&g0.tab=1`)),
  parseDuration: ofStrings(1, (value = "") => floatOf(parseDuration(value))),
  stripPort: ofStrings(1, (value = "") => stringOf(splitHostPort(value)?.host ?? value)),
  stripDomain: ofStrings(1, (value = "") => stringOf(stripDomain(value))),
  urlQueryEscape: ofStrings(1, (value = "") => stringOf(queryEscape(value))),
  humanize: ofNumber(humanize),
  humanize1024: ofNumber(humanize1024),
  humanizeDuration: ofNumber(humanizeDuration),
  humanizePercentage: ofNumber((value) => `${short(value * 100)}%`),
  humanizeTimestamp: ofNumber((value) =>
    isNoNumber(value) ? short(value) : textOf({ kind: "time", at: timeOf(value) }),
  ),
  toTime: {
    parameters: ["any"],
    call: ([value]) => {
      const seconds = numberOf(value);
      if (isNoNumber(seconds)) throw new Error("value is NaN or Inf");
      return { kind: "time", at: timeOf(seconds) };
    },
  },
  print: ofTexts(sprint),
  println: ofTexts(sprintln),
  printf: {
    parameters: ["string"],
    rest: "any",
    call: ([format, ...args]) => stringOf(sprintf(text(format), args)),
  },
  html: ofTexts((args) => sprint(args).replace(/[\0"'&<>]/g, (char) => htmlEscapes[char] as string)),
  js: ofTexts((args) => jsEscape(sprint(args))),
  urlquery: ofTexts((args) => queryEscape(sprint(args))),
  len: { parameters: ["any"], call: ([value = nil]) => intOf(lengthOf(value)) },
  index: {
    parameters: ["any"],
    rest: "any",
    call: ([value = nil, ...indices]) => {
      if (isNone(value)) throw new Error("index of untyped nil");
      return indices.reduce(indexOf, value);
    },
  },
  slice: { parameters: ["any"], rest: "any", call: ([value = nil, ...bounds]) => sliceOf(value, bounds) },
  not: { parameters: ["any"], call: ([value = nil]) => boolOf(!isTrue(value)) },
  // Both are evaluated where they stand, since the rest is not looked at once the answer is known.
  and: { parameters: ["any"], rest: "any", call: ([first = nil]) => first },
  or: { parameters: ["any"], rest: "any", call: ([first = nil]) => first },
  eq: {
    parameters: ["any"],
    rest: "any",
    call: ([left = nil, ...others]) => {
      if (others.length === 0) throw new Error("missing argument for comparison");
      return boolOf(others.some((other) => equal(left, other)));
    },
  },
  ne: ofTwo((left, right) => !equal(left, right)),
  lt: ofTwo(less),
  le: ofTwo(lessOrEqual),
  gt: ofTwo((left, right) => !lessOrEqual(left, right)),
  ge: ofTwo((left, right) => !less(left, right)),
};
