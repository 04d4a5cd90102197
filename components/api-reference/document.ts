/** The parts of JSON Schema that our own document uses. */
export type Schema = {
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  description?: string;
  default?: unknown;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
};

export type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema?: Schema;
  example?: unknown;
};

type Content = Record<string, { schema?: Schema; example?: unknown }>;

type DocumentOperation = {
  summary?: string;
  description?: string;
  tags?: string[];
  security?: unknown[];
  parameters?: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { description: string; content?: Content }>;
};

export type OpenApiDocument = {
  info: { title: string; version: string; description?: string };
  servers?: { url: string }[];
  paths: Record<string, Record<string, DocumentOperation>>;
};

export type Operation = {
  /** Anchor on the page. */
  id: string;
  method: string;
  path: string;
  tag: string;
  summary: string;
  description: string;
  needsKey: boolean;
  parameters: Parameter[];
  body: { type: string; schema: Schema | undefined; example: unknown } | null;
  answer: { status: string; type: string | null; schema: Schema | undefined; example: unknown };
  errors: { status: string; codes: { code: string; title: string }[] }[];
};

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Every operation of the document, by tag, then path, then as HTTP's methods are usually listed. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  return Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      METHODS.flatMap((method) =>
        methods[method] === undefined ? [] : [operationOf(path, method, methods[method])],
      ),
    )
    .sort(
      (a, b) =>
        a.tag.localeCompare(b.tag) ||
        a.path.localeCompare(b.path) ||
        METHODS.indexOf(a.method.toLowerCase()) - METHODS.indexOf(b.method.toLowerCase()),
    );
}

function operationOf(path: string, method: string, operation: DocumentOperation): Operation {
  const [bodyType, body] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const statuses = Object.keys(operation.responses);
  const good = statuses.find((status) => /^[123]/.test(status)) ?? statuses[0]!;
  const [answerType, answer] = Object.entries(operation.responses[good]?.content ?? {})[0] ?? [];
  return {
    id: `${method}-${path.replace(/^\/(api\/v1\/)?/, "").replace(/[^A-Za-z0-9]+/g, "-")}`.replace(/-$/, ""),
    method: method.toUpperCase(),
    path,
    tag: operation.tags?.[0] ?? "Other",
    summary: operation.summary ?? path,
    description: operation.description ?? "",
    needsKey: (operation.security ?? []).length > 0,
    parameters: operation.parameters ?? [],
    body: bodyType === undefined ? null : { type: bodyType, schema: body?.schema, example: body?.example },
    answer: { status: good, type: answerType ?? null, schema: answer?.schema, example: answer?.example },
    errors: statuses
      .filter((status) => status !== good)
      .sort()
      .map((status) => ({ status, codes: codesIn(operation.responses[status]!.description) })),
  };
}

/** The codes of an error answer out of its description, "`code`: title; `code`: title". */
function codesIn(description: string): { code: string; title: string }[] {
  return [...description.matchAll(/`([a-z_]+)`: ([^;]+)/g)].map(([, code, title]) => ({
    code: code!,
    title: title!,
  }));
}

/** A single-quoted word of a POSIX shell. */
export const shellQuote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The call as a curl command for a POSIX shell, with the examples of the document; the key comes from the environment
 * variable INFERSCOPE_API_KEY. Path parameters without an example stand as `{name}`.
 */
export function curlOf(operation: Operation, serverUrl: string): string {
  const path = operation.path.replace(/\{([^}]+)\}/g, (whole, name: string) => {
    const example = operation.parameters.find(
      (parameter) => parameter.in === "path" && parameter.name === name,
    )?.example;
    return example === undefined ? whole : encodeURIComponent(String(example));
  });
  const query = new URLSearchParams();
  for (const { name, in: place, example } of operation.parameters) {
    if (place !== "query" || example === undefined) continue;
    for (const value of Array.isArray(example) ? example : [example]) query.append(name, String(value));
  }
  const search = query.size === 0 ? "" : `?${query.toString().replaceAll("%3A", ":").replaceAll("%2C", ",")}`;
  const isStream = operation.answer.type === "text/event-stream";
  const lines = [
    `curl ${isStream ? "-N " : ""}${operation.method === "GET" ? "" : `-X ${operation.method} `}${shellQuote(`${serverUrl}${path}${search}`)}`,
    ...(operation.needsKey ? ['-H "Authorization: Bearer $INFERSCOPE_API_KEY"'] : []),
    ...(operation.body === null
      ? []
      : [
          `-H ${shellQuote(`Content-Type: ${operation.body.type}`)}`,
          `-d ${shellQuote(JSON.stringify(operation.body.example ?? {}, null, 2))}`,
        ]),
  ];
  return lines.join(" \\\n  ");
}

const listed = (values: unknown[]): string => values.map((value) => JSON.stringify(value)).join(" | ");

/** The type of a value in a few words: `string (uuid)`, `"a" | "b"`, `list of object`, `integer | null`. */
export function typeWords(schema: Schema | undefined): string {
  if (schema === undefined) return "anything";
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) {
    const nullable =
      Array.isArray(schema.type) && schema.type.includes("null") && !schema.enum.includes(null);
    return listed(nullable ? [...schema.enum, null] : schema.enum);
  }
  const options = schema.oneOf ?? schema.anyOf;
  if (options !== undefined) return [...new Set(options.map(typeWords))].join(" | ");
  if (schema.allOf !== undefined) return [...new Set(schema.allOf.map(typeWords))].join(" & ");
  const types = [schema.type ?? "anything"].flat();
  return types
    .map((type) => {
      if (type === "array") return `list of ${typeWords(schema.items)}`;
      if (
        type === "object" &&
        schema.properties === undefined &&
        typeof schema.additionalProperties === "object"
      )
        return `map of ${typeWords(schema.additionalProperties)}`;
      if (type === "string" && schema.format !== undefined) return `string (${schema.format})`;
      return type;
    })
    .join(" | ");
}

/** What a value must keep to besides its type: "1 to 200", "at most 500 characters", "default 50". */
export function limitWords(schema: Schema | undefined): string[] {
  if (schema === undefined) return [];
  const words: string[] = [];
  const range = (low: number | undefined, high: number | undefined, unit: string) => {
    // The bounds that zod writes for "an integer" say nothing to a reader.
    const least = low === undefined || low <= Number.MIN_SAFE_INTEGER ? undefined : low;
    const most = high === undefined || high >= Number.MAX_SAFE_INTEGER ? undefined : high;
    if (least !== undefined && most !== undefined) words.push(`${least} to ${most}${unit}`);
    else if (least !== undefined) words.push(`at least ${least}${unit}`);
    else if (most !== undefined) words.push(`at most ${most}${unit}`);
  };
  range(schema.minimum, schema.maximum, "");
  range(schema.minLength, schema.maxLength, " characters");
  range(schema.minItems, schema.maxItems, " items");
  if (schema.default !== undefined) words.push(`default ${JSON.stringify(schema.default)}`);
  return words;
}

/** The members inside a value that has some: of an object, of a list's items, of each option; none of a plain value. */
export function membersOf(
  schema: Schema | undefined,
): { name: string; schema: Schema; required: boolean }[][] {
  if (schema === undefined) return [];
  const options = schema.oneOf ?? schema.anyOf;
  if (options !== undefined) return options.flatMap(membersOf);
  if (schema.allOf !== undefined) return schema.allOf.flatMap(membersOf);
  if (schema.items !== undefined) return membersOf(schema.items);
  if (schema.properties !== undefined)
    return [
      Object.entries(schema.properties).map(([name, member]) => ({
        name,
        schema: member,
        required: schema.required?.includes(name) ?? false,
      })),
    ];
  return typeof schema.additionalProperties === "object" ? membersOf(schema.additionalProperties) : [];
}
