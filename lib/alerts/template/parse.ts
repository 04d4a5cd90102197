import { lex, type Token, type TokenType } from "./lex";
import { quoted } from "./values";

export type Node = { at: number } & (
  | { type: "text"; text: string }
  | { type: "action"; pipe: PipeNode }
  | { type: "if" | "with" | "range"; pipe: PipeNode; list: ListNode; elseList: ListNode | null }
  | { type: "template"; name: string; pipe: PipeNode | null }
  | { type: "break" | "continue" }
);
export type ListNode = { type: "list"; at: number; nodes: Node[] };
export type PipeNode = {
  type: "pipe";
  at: number;
  declared: string[];
  isAssign: boolean;
  commands: CommandNode[];
};
export type CommandNode = { type: "command"; at: number; args: Operand[] };
export type NumberNode = {
  type: "number";
  at: number;
  text: string;
  int: number | null;
  float: number | null;
};
export type Operand =
  | { type: "field"; at: number; names: string[] }
  | { type: "variable"; at: number; names: string[] }
  | { type: "identifier"; at: number; name: string }
  | { type: "chain"; at: number; node: Operand; names: string[] }
  | { type: "dot" | "nil"; at: number }
  | { type: "bool"; at: number; value: boolean }
  | { type: "string"; at: number; quoted: string; text: string }
  | NumberNode
  | PipeNode;
type AnyNode = Node | ListNode | PipeNode | CommandNode | Operand;

/** A parsed text: what it holds at the top, and the templates that it defines, by name. */
export type Tree = { name: string; text: string; root: ListNode; defined: ReadonlyMap<string, ListNode> };

/** A text that is no template. `message` is Go's; `at` is an index into the text, in UTF-16 units. */
export class TemplateSyntaxError extends Error {
  constructor(
    message: string,
    readonly at: number,
    /** The message without `template: NAME:LINE: `. */
    readonly reason: string,
  ) {
    super(message);
    this.name = "TemplateSyntaxError";
  }
}

/** Parses a text as text/template does. Throws TemplateSyntaxError. */
export function parse(name: string, text: string, functions: ReadonlySet<string>): Tree {
  return new Parser(name, text, functions).parse();
}

type Ending = { type: "end" | "else"; isElseIf: boolean };

class Parser {
  private readonly tokens: Token[];
  private next_ = 0;
  private latest = 0;
  private variables = ["$"];
  private rangeDepth = 0;
  private actionLine = 0;
  private readonly defined = new Map<string, ListNode>();

  constructor(
    private readonly name: string,
    private readonly text: string,
    private readonly functions: ReadonlySet<string>,
  ) {
    this.tokens = lex(text);
  }

  parse(): Tree {
    const root: ListNode = { type: "list", at: this.peek().at, nodes: [] };
    while (this.peek().type !== "eof") {
      if (this.isDefine()) {
        this.define();
        continue;
      }
      const found = this.textOrAction();
      if ("isElseIf" in found) this.fail(`unexpected {{${found.type}}}`);
      root.nodes.push(found);
    }
    return { name: this.name, text: this.text, root, defined: this.defined };
  }

  private take(): Token {
    const token = this.tokens[Math.min(this.next_, this.tokens.length - 1)] as Token;
    this.latest = Math.max(this.latest, Math.min(this.next_, this.tokens.length - 1));
    this.next_++;
    return token;
  }

  private peek(): Token {
    const token = this.take();
    this.next_--;
    return token;
  }

  private takeNonSpace(): Token {
    let token = this.take();
    while (token.type === "space") token = this.take();
    return token;
  }

  private peekNonSpace(): Token {
    const token = this.takeNonSpace();
    this.next_--;
    return token;
  }

  /** Fails at the token that was read last, as Go does. */
  private fail(reason: string): never {
    const token = this.tokens[this.latest] as Token;
    throw new TemplateSyntaxError(`template: ${this.name}:${token.line}: ${reason}`, token.at, reason);
  }

  private unexpected(token: Token, context: string): never {
    if (token.type !== "error") this.fail(`unexpected ${tokenText(token)} in ${context}`);
    let extra = "";
    if (this.actionLine !== 0 && this.actionLine !== token.line) {
      extra = ` in action started at ${this.name}:${this.actionLine}`;
      if (token.value.endsWith(" action")) extra = extra.slice(" in action".length);
    }
    this.fail(token.value + extra);
  }

  private expect(type: TokenType, context: string): Token {
    const token = this.takeNonSpace();
    if (token.type !== type) this.unexpected(token, context);
    return token;
  }

  private isDefine(): boolean {
    if (this.peek().type !== "leftDelim") return false;
    const from = this.next_;
    this.take();
    const isDefine = isKeyword(this.takeNonSpace(), "define");
    if (!isDefine) this.next_ = from;
    return isDefine;
  }

  private define(): void {
    const context = "define clause";
    const token = this.takeNonSpace();
    if (token.type !== "string" && token.type !== "rawString") this.unexpected(token, context);
    const name = this.unquote(token);
    this.expect("rightDelim", context);
    this.body(name, context);
  }

  /** Reads a template of its own up to its end: it sees no variables of what is around it. */
  private body(name: string, context: string): void {
    const outer = { variables: this.variables, rangeDepth: this.rangeDepth, actionLine: this.actionLine };
    this.variables = ["$"];
    this.rangeDepth = 0;
    const { list, ending } = this.list();
    if (ending.type !== "end") this.fail(`unexpected {{${ending.type}}} in ${context}`);
    Object.assign(this, outer);
    const known = this.defined.get(name);
    if (known !== undefined && !isEmpty(known)) {
      if (!isEmpty(list)) this.fail(`template: multiple definition of template ${quoted(name)}`);
    } else this.defined.set(name, list);
  }

  private list(): { list: ListNode; ending: Ending } {
    const list: ListNode = { type: "list", at: this.peekNonSpace().at, nodes: [] };
    while (this.peekNonSpace().type !== "eof") {
      const found = this.textOrAction();
      if ("isElseIf" in found) return { list, ending: found };
      list.nodes.push(found);
    }
    return this.fail("unexpected EOF");
  }

  private textOrAction(): Node | Ending {
    const token = this.takeNonSpace();
    if (token.type === "text") return { type: "text", at: token.at, text: token.value };
    if (token.type !== "leftDelim") return this.unexpected(token, "input");
    this.actionLine = token.line;
    const found = this.action();
    this.actionLine = 0;
    return found;
  }

  private action(): Node | Ending {
    const token = this.takeNonSpace();
    if (token.type === "keyword")
      switch (token.value) {
        case "block": {
          const name = this.templateName("block clause");
          const pipe = this.pipeline("block clause", "rightDelim");
          this.body(name.name, "block clause");
          return { type: "template", at: name.at, name: name.name, pipe };
        }
        case "break":
        case "continue": {
          const end = this.takeNonSpace();
          if (end.type !== "rightDelim") this.unexpected(end, `{{${token.value}}}`);
          if (this.rangeDepth === 0) this.fail(`{{${token.value}}} outside {{range}}`);
          return { type: token.value, at: token.at };
        }
        case "else":
          if (isKeyword(this.peekNonSpace(), "if")) return { type: "else", isElseIf: true };
          this.expect("rightDelim", "else");
          return { type: "else", isElseIf: false };
        case "end":
          this.expect("rightDelim", "end");
          return { type: "end", isElseIf: false };
        case "if":
        case "range":
        case "with":
          return this.control(token.value);
        case "template": {
          const name = this.templateName("template clause");
          let pipe: PipeNode | null = null;
          if (this.peekNonSpace().type === "rightDelim") this.takeNonSpace();
          else pipe = this.pipeline("template clause", "rightDelim");
          return { type: "template", at: name.at, name: name.name, pipe };
        }
      }
    this.next_--;
    const first = this.peek();
    return { type: "action", at: first.at, pipe: this.pipeline("command", "rightDelim") };
  }

  private control(type: "if" | "with" | "range"): Node {
    const depth = this.variables.length;
    const pipe = this.pipeline(type, "rightDelim");
    if (type === "range") this.rangeDepth++;
    const { list, ending } = this.list();
    if (type === "range") this.rangeDepth--;
    let elseList: ListNode | null = null;
    if (ending.type === "else") {
      if (ending.isElseIf && type === "if") {
        const at = this.takeNonSpace().at;
        elseList = { type: "list", at, nodes: [this.control("if")] };
      } else {
        const rest = this.list();
        if (rest.ending.type !== "end") this.fail(`expected end; found {{${rest.ending.type}}}`);
        elseList = rest.list;
      }
    }
    this.variables.length = depth;
    return { type, at: pipe.at, pipe, list, elseList };
  }

  private templateName(context: string): { name: string; at: number } {
    const token = this.takeNonSpace();
    if (token.type !== "string" && token.type !== "rawString") this.unexpected(token, context);
    return { name: this.unquote(token), at: token.at };
  }

  private pipeline(context: string, end: "rightDelim" | "rightParen"): PipeNode {
    const pipe: PipeNode = {
      type: "pipe",
      at: this.peekNonSpace().at,
      declared: [],
      isAssign: false,
      commands: [],
    };
    for (let token = this.peekNonSpace(); token.type === "variable"; token = this.peekNonSpace()) {
      const from = this.next_;
      this.takeNonSpace();
      const after = this.peekNonSpace();
      if (after.type === "assign" || after.type === "declare") {
        this.takeNonSpace();
        pipe.isAssign = after.type === "assign";
        this.declare(pipe, token.value);
        break;
      }
      if (after.type !== "char" || after.value !== ",") {
        this.next_ = from;
        break;
      }
      this.takeNonSpace();
      this.declare(pipe, token.value);
      if (context !== "range" || pipe.declared.length >= 2) this.fail(`too many declarations in ${context}`);
      const second = this.peekNonSpace();
      if (!["variable", "rightDelim", "rightParen"].includes(second.type))
        this.fail("range can only initialize variables");
    }
    for (;;) {
      const token = this.takeNonSpace();
      if (token.type === end) {
        this.checkPipeline(pipe, context);
        return pipe;
      }
      if (!startsCommand(token)) this.unexpected(token, context);
      this.next_--;
      pipe.commands.push(this.command());
    }
  }

  private declare(pipe: PipeNode, name: string): void {
    pipe.declared.push(name);
    this.variables.push(name);
  }

  private checkPipeline(pipe: PipeNode, context: string): void {
    if (pipe.commands.length === 0) this.fail(`missing value for ${context}`);
    for (const [index, command] of pipe.commands.entries())
      if (index > 0 && ["bool", "dot", "nil", "number", "string"].includes(command.args[0]?.type ?? ""))
        this.fail(`non executable command in pipeline stage ${index + 1}`);
  }

  private command(): CommandNode {
    const command: CommandNode = { type: "command", at: this.peekNonSpace().at, args: [] };
    for (;;) {
      this.peekNonSpace();
      const operand = this.operand();
      if (operand !== null) command.args.push(operand);
      const token = this.take();
      if (token.type === "space") continue;
      if (token.type === "rightDelim" || token.type === "rightParen") this.next_--;
      else if (token.type !== "pipe") this.unexpected(token, "operand");
      break;
    }
    if (command.args.length === 0) this.fail("empty command");
    return command;
  }

  private operand(): Operand | null {
    const node = this.term();
    if (node === null || this.peek().type !== "field") return node;
    const at = this.peek().at;
    const names: string[] = [];
    while (this.peek().type === "field") names.push(this.take().value.slice(1));
    switch (node.type) {
      case "field":
      case "variable":
        return { ...node, at, names: [...node.names, ...names] };
      case "bool":
      case "string":
      case "number":
      case "nil":
      case "dot":
        return this.fail(`unexpected . after term ${quoted(nodeText(node))}`);
      default:
        return { type: "chain", at, node, names };
    }
  }

  private term(): Operand | null {
    const token = this.takeNonSpace();
    const { at, value } = token;
    switch (token.type) {
      case "identifier":
        if (!this.functions.has(value)) this.fail(`function ${quoted(value)} not defined`);
        return { type: "identifier", at, name: value };
      case "keyword":
        if (value === ".") return { type: "dot", at };
        if (value === "nil") return { type: "nil", at };
        break;
      case "variable":
        if (!this.variables.includes(value)) this.fail(`undefined variable ${quoted(value)}`);
        return { type: "variable", at, names: [value] };
      case "field":
        return { type: "field", at, names: [value.slice(1)] };
      case "bool":
        return { type: "bool", at, value: value === "true" };
      case "charConstant":
      case "number":
        return this.number(token);
      case "leftParen":
        return this.pipeline("parenthesized pipeline", "rightParen");
      case "string":
      case "rawString":
        return { type: "string", at, quoted: value, text: this.unquote(token) };
    }
    this.next_--;
    return null;
  }

  private number({ at, value, type }: Token): NumberNode {
    if (type === "charConstant") {
      const inside = unquoteText(value.slice(1, -1), "'");
      if (inside === null || [...inside].length !== 1) this.fail(`malformed character constant: ${value}`);
      const code = (inside as string).codePointAt(0) as number;
      return { type: "number", at, text: value, int: code, float: code };
    }
    if (value.endsWith("i")) this.fail(`complex numbers are not supported: ${value}`);
    const sign = value.startsWith("-") ? -1 : 1;
    const digits = value.replace(/^[+-]/, "").replace(/(?<=[\da-fA-FxXoObB])_(?=[\da-fA-F])/g, "");
    const isInteger = /^(?:0[xX][\da-fA-F]+|0[oO]?[0-7]*|0[bB][01]+|[1-9]\d*)$/.test(digits);
    const octal = /^0([0-7]+)$/.exec(digits)?.[1];
    if (isInteger) {
      const int = sign * Number(octal === undefined ? digits : `0o${octal}`);
      if (!Number.isSafeInteger(int)) this.fail(`integer overflow: ${quoted(value)}`);
      return { type: "number", at, text: value, int, float: int };
    }
    if (/^\d+$/.test(digits)) this.fail(`integer overflow: ${quoted(value)}`);
    if (!/^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(digits))
      this.fail(`illegal number syntax: ${quoted(value)}`);
    const float = sign * Number(digits);
    // Go takes 1e3 for an integer as well, where an integer is wanted.
    return { type: "number", at, text: value, int: Number.isSafeInteger(float) ? float : null, float };
  }

  private unquote(token: Token): string {
    if (token.type === "rawString") return token.value.slice(1, -1).replaceAll("\r", "");
    return unquoteText(token.value.slice(1, -1), '"') ?? this.fail("invalid syntax");
  }
}

const isKeyword = (token: Token, value: string) => token.type === "keyword" && token.value === value;

const commandStarts = new Set<TokenType>([
  "bool",
  "charConstant",
  "field",
  "identifier",
  "number",
  "rawString",
  "string",
  "variable",
  "leftParen",
]);

const startsCommand = (token: Token) =>
  commandStarts.has(token.type) || isKeyword(token, ".") || isKeyword(token, "nil");

/** What stands between quotes, unescaped as Go does; null for an escape that Go does not have. */
function unquoteText(text: string, quote: '"' | "'"): string | null {
  let isBad = false;
  const simple: Record<string, string> = {
    a: "\u0007",
    b: "\b",
    f: "\f",
    n: "\n",
    r: "\r",
    t: "\t",
    v: "\v",
    "\\": "\\",
    [quote]: quote,
  };
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const match of text.matchAll(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|([\s\S]?))|[\s\S]/gu,
  )) {
    const [whole, hex, short, long, octal, letter] = match;
    const code = short ?? long;
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (octal !== undefined) {
      if (Number.parseInt(octal, 8) > 255) isBad = true;
      bytes.push(Number.parseInt(octal, 8) & 0xff);
    } else if (code !== undefined) {
      const point = Number.parseInt(code, 16);
      if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) isBad = true;
      else bytes.push(...encoder.encode(String.fromCodePoint(point)));
    } else if (letter !== undefined) {
      if (simple[letter] === undefined) isBad = true;
      else bytes.push(...encoder.encode(simple[letter]));
    } else bytes.push(...encoder.encode(whole));
  }
  return isBad ? null : new TextDecoder().decode(new Uint8Array(bytes));
}

function isEmpty(list: ListNode): boolean {
  return list.nodes.every((node) => node.type === "text" && node.text.trim() === "");
}

function tokenText(token: Token): string {
  if (token.type === "eof") return "EOF";
  if (token.type === "error") return token.value;
  if (token.type === "keyword") return `<${token.value}>`;
  if (new TextEncoder().encode(token.value).length > 10)
    return `${quoted([...token.value].slice(0, 10).join(""))}...`;
  return quoted(token.value);
}

/** A node as Go writes it in its messages. */
export function nodeText(node: AnyNode): string {
  switch (node.type) {
    case "text":
      return node.text;
    case "action":
      return `{{${nodeText(node.pipe)}}}`;
    case "if":
    case "with":
    case "range":
      return `{{${node.type} ${nodeText(node.pipe)}}}${nodeText(node.list)}${
        node.elseList === null ? "" : `{{else}}${nodeText(node.elseList)}`
      }{{end}}`;
    case "template":
      return `{{template ${quoted(node.name)}${node.pipe === null ? "" : ` ${nodeText(node.pipe)}`}}}`;
    case "break":
    case "continue":
      return `{{${node.type}}}`;
    case "list":
      return node.nodes.map(nodeText).join("");
    case "pipe": {
      const declared =
        node.declared.length === 0 ? "" : `${node.declared.join(", ")} ${node.isAssign ? "=" : ":="} `;
      return declared + node.commands.map(nodeText).join(" | ");
    }
    case "command":
      return node.args.map((arg) => (arg.type === "pipe" ? `(${nodeText(arg)})` : nodeText(arg))).join(" ");
    case "field":
      return `.${node.names.join(".")}`;
    case "variable":
      return node.names.join(".");
    case "identifier":
      return node.name;
    case "chain":
      return `${node.node.type === "pipe" ? `(${nodeText(node.node)})` : nodeText(node.node)}.${node.names.join(".")}`;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "string":
      return node.quoted;
    case "number":
      return node.text;
  }
}
