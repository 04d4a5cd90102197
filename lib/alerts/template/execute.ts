import { type FunctionContext, type Parameter, templateFunctions } from "./functions";
import {
  type CommandNode,
  type ListNode,
  type Node,
  type NumberNode,
  nodeText,
  type Operand,
  type PipeNode,
  type Tree,
} from "./parse";
import {
  boolOf,
  floatOf,
  type GoValue,
  intOf,
  invalid,
  isTrue,
  labelMapOf,
  nil,
  quoted,
  type SampleValue,
  sortedEntries,
  stringOf,
  textOf,
  typeOf,
} from "./values";

/** How deep templates may call templates. Go's own bound is 100,000. */
const maxDepth = 1000;
/** Characters that a template may write, and a value of it may have; Prometheus has no bound. */
const maxLength = 1_000_000;
/** Nodes that a template may run through, those of loops each time; Prometheus has no bound. */
const maxSteps = 200_000;

/** A template that failed while it ran; the message is Go's. */
export class TemplateExecutionError extends Error {
  override readonly name = "TemplateExecutionError";
}

class LoopSignal {
  constructor(readonly type: "break" | "continue") {}
}

type Variable = { name: string; value: GoValue };
type AnyNode = Node | ListNode | PipeNode | CommandNode | Operand;

/** Runs a template on `data` and returns what it writes. Throws TemplateExecutionError. */
export async function execute(tree: Tree, data: GoValue, context: FunctionContext): Promise<string> {
  const output = { text: "", steps: 0 };
  const run = new Run(tree, tree.name, [{ name: "$", value: data }], 0, output, context);
  await run.walkList(data, tree.root);
  return output.text;
}

class Run {
  private node: AnyNode | null = null;

  constructor(
    private readonly tree: Tree,
    private readonly name: string,
    private readonly variables: Variable[],
    private readonly depth: number,
    private readonly output: { text: string; steps: number },
    private readonly context: FunctionContext,
  ) {}

  private fail(message: string): never {
    if (this.node === null) throw new TemplateExecutionError(`template: ${this.name}: ${message}`);
    const before = this.tree.text.slice(0, this.node.at);
    const lines = before.split("\n");
    const column = new TextEncoder().encode(lines.at(-1)).length;
    throw new TemplateExecutionError(
      `template: ${this.tree.name}:${lines.length}:${column}: executing ${quoted(this.name)} at <${nodeText(this.node)}>: ${message}`,
    );
  }

  private write(text: string): void {
    this.output.text += text;
    if (this.output.text.length > maxLength) this.fail(`writes more than ${maxLength} characters`);
  }

  async walkList(dot: GoValue, list: ListNode): Promise<void> {
    for (const node of list.nodes) await this.walk(dot, node);
  }

  private async walk(dot: GoValue, node: Node): Promise<void> {
    this.node = node;
    if (++this.output.steps > maxSteps) this.fail(`takes more than ${maxSteps} steps`);
    switch (node.type) {
      case "text":
        this.write(node.text);
        return;
      case "action": {
        const value = await this.pipeline(dot, node.pipe);
        if (node.pipe.declared.length > 0) return;
        this.node = node;
        this.write(value.kind === "invalid" || value.kind === "nil" ? "<no value>" : printed(value));
        return;
      }
      case "if":
      case "with": {
        const mark = this.variables.length;
        const value = await this.pipeline(dot, node.pipe);
        if (isTrue(value)) await this.walkList(node.type === "with" ? value : dot, node.list);
        else if (node.elseList !== null) await this.walkList(dot, node.elseList);
        this.variables.length = mark;
        return;
      }
      case "range":
        return this.range(dot, node);
      case "template":
        return this.template(dot, node);
      case "break":
      case "continue":
        throw new LoopSignal(node.type);
    }
  }

  private async range(dot: GoValue, node: Extract<Node, { type: "if" | "with" | "range" }>): Promise<void> {
    const outer = this.variables.length;
    const value = await this.pipeline(dot, node.pipe);
    const mark = this.variables.length;
    let entries: [GoValue, GoValue][];
    if (value.kind === "slice") entries = value.items.map((item, index) => [intOf(index), item]);
    else if (value.kind === "map")
      entries = sortedEntries(value.entries).map(([key, entry]) => [stringOf(key), entry]);
    else if (value.kind === "invalid" || value.kind === "nil") entries = [];
    else return this.fail(`range can't iterate over ${printed(value)}`);
    const { declared } = node.pipe;
    for (const [key, item] of entries) {
      if (declared.length > 0) (this.variables[mark - 1] as Variable).value = item;
      if (declared.length > 1) (this.variables[mark - 2] as Variable).value = key;
      try {
        await this.walkList(item, node.list);
      } catch (error) {
        if (!(error instanceof LoopSignal)) throw error;
        if (error.type === "break") break;
      } finally {
        this.variables.length = mark;
      }
    }
    if (entries.length === 0 && node.elseList !== null) await this.walkList(dot, node.elseList);
    this.variables.length = outer;
  }

  private async template(dot: GoValue, node: Extract<Node, { type: "template" }>): Promise<void> {
    const list = node.name === this.tree.name ? this.tree.root : this.tree.defined.get(node.name);
    if (list === undefined) return this.fail(`template ${quoted(node.name)} not defined`);
    if (this.depth >= maxDepth) return this.fail(`exceeded maximum template depth (${maxDepth})`);
    const value = node.pipe === null ? invalid : await this.pipeline(dot, node.pipe);
    const variables = [{ name: "$", value }];
    const inner = new Run(this.tree, node.name, variables, this.depth + 1, this.output, this.context);
    await inner.walkList(value, list);
  }

  private async pipeline(dot: GoValue, pipe: PipeNode): Promise<GoValue> {
    this.node = pipe;
    let value: GoValue | null = null;
    for (const command of pipe.commands) value = await this.command(dot, command, value);
    const result = value ?? invalid;
    for (const name of pipe.declared) {
      if (!pipe.isAssign) {
        this.variables.push({ name, value: result });
        continue;
      }
      const known = this.variables.findLast((variable) => variable.name === name);
      if (known === undefined) this.fail(`undefined variable: ${name}`);
      else known.value = result;
    }
    return result;
  }

  /** `final` is the value of the command before it in the pipeline. */
  private async command(dot: GoValue, command: CommandNode, final: GoValue | null): Promise<GoValue> {
    const [first, ...rest] = command.args as [Operand, ...Operand[]];
    const noArguments = () => {
      if (rest.length > 0 || final !== null)
        this.fail(`can't give argument to non-function ${nodeText(first)}`);
    };
    switch (first.type) {
      case "field":
        this.node = first;
        return this.fields(dot, first.names, rest.length > 0 || final !== null);
      case "chain":
        return this.chain(dot, first, rest, final);
      case "identifier":
        return this.call(dot, first.name, first, command, rest, final);
      case "pipe":
        noArguments();
        return this.pipeline(dot, first);
      case "variable":
        return this.variable(first, rest, final);
    }
    this.node = first;
    noArguments();
    switch (first.type) {
      case "bool":
        return boolOf(first.value);
      case "dot":
        return dot;
      case "nil":
        return this.fail("nil is not a command");
      case "number":
        return this.constant(first);
      case "string":
        return stringOf(first.text);
    }
  }

  private constant(node: NumberNode): GoValue {
    const isFloat =
      /[.eEpP]/.test(node.text) && !/^[+-]?0[xX][^pP]*$/.test(node.text) && !node.text.startsWith("'");
    if (isFloat || node.int === null) return floatOf(node.float as number);
    return intOf(node.int);
  }

  private variable(
    node: Extract<Operand, { type: "variable" }>,
    rest: readonly Operand[],
    final: GoValue | null,
  ): Promise<GoValue> | GoValue {
    this.node = node;
    const [name, ...names] = node.names as [string, ...string[]];
    const found = this.variables.findLast((variable) => variable.name === name);
    if (found === undefined) return this.fail(`undefined variable: ${name}`);
    const hasArguments = rest.length > 0 || final !== null;
    if (names.length > 0) return this.fields(found.value, names, hasArguments);
    if (hasArguments) return this.fail(`can't give argument to non-function ${nodeText(node)}`);
    return found.value;
  }

  private async chain(
    dot: GoValue,
    node: Extract<Operand, { type: "chain" }>,
    rest: readonly Operand[],
    final: GoValue | null,
  ): Promise<GoValue> {
    this.node = node;
    if (node.node.type === "nil") return this.fail(`indirection through explicit nil in ${nodeText(node)}`);
    const value = await this.argument(dot, "any", node.node);
    // A time has methods; the last name of the chain takes the arguments.
    const last = node.names.at(-1) as string;
    const receiver = this.fields(value, node.names.slice(0, -1), false);
    if (receiver.kind === "time") {
      const args: GoValue[] = [];
      for (const arg of rest) args.push(await this.argument(dot, "any", arg));
      if (final !== null) args.push(final);
      return this.timeMethod(receiver.at, last, args);
    }
    return this.field(receiver, last, rest.length > 0 || final !== null);
  }

  private fields(value: GoValue, names: readonly string[], hasArguments: boolean): GoValue {
    return names.reduce(
      (receiver, name, index) => this.field(receiver, name, hasArguments && index === names.length - 1),
      value,
    );
  }

  private field(receiver: GoValue, name: string, hasArguments: boolean): GoValue {
    switch (receiver.kind) {
      case "invalid":
        return invalid;
      case "nil":
        return this.fail(`nil pointer evaluating interface {}.${name}`);
      case "struct": {
        const found = receiver.fields.get(name);
        if (found === undefined) break;
        if (hasArguments) this.fail(`${name} has arguments but cannot be invoked as function`);
        return found;
      }
      case "sample": {
        const found = sampleField(receiver, name);
        if (found === null) break;
        if (hasArguments) this.fail(`${name} has arguments but cannot be invoked as function`);
        return found;
      }
      case "map":
        if (hasArguments) this.fail(`${name} is not a method but has arguments`);
        return receiver.entries.get(name) ?? (receiver.of === "string" ? stringOf("") : nil);
      case "time":
        return this.timeMethod(receiver.at, name, []);
    }
    return this.fail(`can't evaluate field ${name} in type ${typeOf(receiver)}`);
  }

  private timeMethod(at: number, name: string, args: readonly GoValue[]): GoValue {
    const time = new Date(at);
    const numbers: Record<string, number> = {
      Year: time.getUTCFullYear(),
      Day: time.getUTCDate(),
      Hour: time.getUTCHours(),
      Minute: time.getUTCMinutes(),
      Second: time.getUTCSeconds(),
      Unix: Math.floor(at / 1000),
      UnixMilli: at,
    };
    if (name === "Format") {
      const [layout] = args;
      if (args.length !== 1) return this.fail(`wrong number of args for Format: want 1 got ${args.length}`);
      if (layout?.kind !== "string")
        return this.fail(`wrong type for value; expected string; got ${typeOf(layout ?? nil)}`);
      return stringOf(formatTime(time, layout.value));
    }
    if (args.length > 0) return this.fail(`wrong number of args for ${name}: want 0 got ${args.length}`);
    if (name === "String") return stringOf(textOf({ kind: "time", at }));
    if (name === "UTC") return { kind: "time", at };
    const found = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
    return found === undefined ? this.fail(`can't evaluate field ${name} in type *time.Time`) : intOf(found);
  }

  private async call(
    dot: GoValue,
    name: string,
    node: Operand,
    command: CommandNode | Operand,
    args: readonly Operand[],
    final: GoValue | null,
  ): Promise<GoValue> {
    this.node = node;
    const known = Object.hasOwn(templateFunctions, name) ? templateFunctions[name] : undefined;
    if (known === undefined) return this.fail(`${quoted(name)} is not a defined function`);
    const { parameters, rest } = known;
    const count = args.length + (final === null ? 0 : 1);
    if (rest !== undefined && count < parameters.length)
      this.fail(`wrong number of args for ${name}: want at least ${parameters.length} got ${args.length}`);
    if (rest === undefined && count !== parameters.length)
      this.fail(`wrong number of args for ${name}: want ${parameters.length} got ${count}`);
    if (name === "and" || name === "or") {
      let value: GoValue = nil;
      for (const arg of args) {
        value = await this.argument(dot, "any", arg);
        if (isTrue(value) === (name === "or")) return value;
      }
      return final ?? value;
    }
    const values: GoValue[] = [];
    for (const [index, arg] of args.entries())
      values.push(await this.argument(dot, parameters[index] ?? (rest as Parameter), arg));
    if (final !== null) values.push(this.checked(final, parameters[args.length] ?? (rest as Parameter)));
    let result: GoValue;
    try {
      result = await known.call(values, this.context);
    } catch (error) {
      this.node = command;
      return this.fail(`error calling ${name}: ${(error as Error).message}`);
    }
    if (result.kind === "string" && result.value.length > maxLength)
      return this.fail(`${name} gives more than ${maxLength} characters`);
    return result;
  }

  private checked(value: GoValue, parameter: Parameter): GoValue {
    if (parameter === "any") return value.kind === "invalid" ? nil : value;
    if (value.kind === "invalid" || value.kind === "nil") {
      if (parameter !== "string") return nil;
      return value.kind === "invalid"
        ? this.fail(`invalid value; expected ${parameter}`)
        : this.fail(`wrong type for value; expected ${parameter}; got interface {}`);
    }
    if (typeOf(value) !== parameter)
      return this.fail(`wrong type for value; expected ${parameter}; got ${typeOf(value)}`);
    return value;
  }

  private async argument(dot: GoValue, parameter: Parameter, node: Operand): Promise<GoValue> {
    this.node = node;
    switch (node.type) {
      case "dot":
        return this.checked(dot, parameter);
      case "nil":
        return parameter === "string" ? this.fail(`cannot assign nil to ${parameter}`) : nil;
      case "field":
        return this.checked(this.fields(dot, node.names, false), parameter);
      case "variable":
        return this.checked(await this.variable(node, [], null), parameter);
      case "pipe":
        return this.checked(await this.pipeline(dot, node), parameter);
      case "identifier":
        return this.checked(await this.call(dot, node.name, node, node, [], null), parameter);
      case "chain":
        return this.checked(await this.chain(dot, node, [], null), parameter);
    }
    if (parameter === "string")
      return node.type === "string"
        ? stringOf(node.text)
        : this.fail(`expected string; found ${nodeText(node)}`);
    if (parameter !== "any") return this.fail(`can't handle ${nodeText(node)} for arg of type ${parameter}`);
    if (node.type === "bool") return boolOf(node.value);
    return node.type === "string" ? stringOf(node.text) : this.constant(node);
  }
}

function sampleField(sample: SampleValue, name: string): GoValue | null {
  if (name === "Labels") return labelMapOf(sample.labels);
  return name === "Value" ? floatOf(sample.value) : null;
}

/** As an action prints it: a pointer is followed. */
function printed(value: GoValue): string {
  return value.kind === "sample" ? textOf(value).slice(1) : textOf(value);
}

const months = "January February March April May June July August September October November December".split(
  " ",
);
const days = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** A time of UTC in a layout of Go's. */
function formatTime(time: Date, layout: string): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const month = time.getUTCMonth();
  const hour = time.getUTCHours();
  const parts: [pattern: string, value: () => string][] = [
    ["January", () => months[month] as string],
    ["Jan", () => (months[month] as string).slice(0, 3)],
    ["Monday", () => days[time.getUTCDay()] as string],
    ["Mon", () => (days[time.getUTCDay()] as string).slice(0, 3)],
    ["MST", () => "UTC"],
    ["2006", () => String(time.getUTCFullYear()).padStart(4, "0")],
    ["-07:00", () => "+00:00"],
    ["-0700", () => "+0000"],
    ["Z07:00", () => "Z"],
    ["Z0700", () => "Z"],
    ["01", () => two(month + 1)],
    ["02", () => two(time.getUTCDate())],
    ["03", () => two(hour % 12 || 12)],
    ["04", () => two(time.getUTCMinutes())],
    ["05", () => two(time.getUTCSeconds())],
    ["06", () => two(time.getUTCFullYear() % 100)],
    ["15", () => two(hour)],
    ["PM", () => (hour < 12 ? "AM" : "PM")],
    ["pm", () => (hour < 12 ? "am" : "pm")],
    ["_2", () => String(time.getUTCDate()).padStart(2, " ")],
    ["1", () => String(month + 1)],
    ["2", () => String(time.getUTCDate())],
    ["3", () => String(hour % 12 || 12)],
    ["4", () => String(time.getUTCMinutes())],
    ["5", () => String(time.getUTCSeconds())],
  ];
  let out = "";
  for (let at = 0; at < layout.length; ) {
    const part = parts.find(([pattern]) => layout.startsWith(pattern, at));
    out += part === undefined ? layout[at] : part[1]();
    at += part === undefined ? 1 : part[0].length;
  }
  return out.replace(/(?<=\d)([.,])(0+|9+)(?!\d)/, (whole, point: string, digits: string) => {
    const milliseconds = String(time.getUTCMilliseconds())
      .padStart(3, "0")
      .padEnd(9, "0")
      .slice(0, digits.length);
    if (digits.startsWith("0")) return point + milliseconds;
    const trimmed = milliseconds.replace(/0+$/, "");
    return trimmed === "" ? whole.slice(0, 0) : point + trimmed;
  });
}
