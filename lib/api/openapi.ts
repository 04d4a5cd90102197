import "server-only";
import { extendZodWithOpenApi, OpenAPIRegistry, OpenApiGeneratorV31 } from "@asteasolutions/zod-to-openapi";
import { z } from "zod";
import { actions } from "@/lib/auth/permissions";
import { type ErrorCode, errorCodes } from "@/lib/errors";
import type { Definition } from "./route";

extendZodWithOpenApi(z);

const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  instance: z.string(),
  requestId: z.string(),
  fields: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

const idempotencyHeader = z.object({
  "Idempotency-Key": z
    .string()
    .max(200)
    .optional()
    .describe(
      "The same request again with this key gets the first answer again; another request is refused.",
    ),
});

/** The codes that any route with these traits may answer, besides the ones it names. */
function commonErrors(definition: Definition): ErrorCode[] {
  const codes: ErrorCode[] = ["internal", "unavailable"];
  if (typeof definition.access === "string") codes.push("unauthenticated", "forbidden");
  if (definition.params ?? definition.query ?? definition.body) codes.push("invalid_request");
  if (definition.body !== undefined) codes.push("payload_too_large", "unsupported_media_type");
  if (definition.idempotent) codes.push("conflict", "idempotency_mismatch");
  if (definition.ifMatch !== "no") codes.push("precondition_failed");
  if (definition.ifMatch === "required") codes.push("precondition_required");
  return codes;
}

function ifMatchHeader(required: boolean) {
  const version = z
    .string()
    .describe('The ETag that was read, such as "3". Refused with 412 when it is no longer the present one.');
  return z.object({ "If-Match": required ? version : version.optional() });
}

/** Parameters are declared by schemas that have no examples; the route's own example has them by name. */
function addParameterExamples(
  document: ReturnType<OpenApiGeneratorV31["generateDocument"]>,
  definition: Definition,
): void {
  const operation = document.paths?.[definition.path]?.[definition.method.toLowerCase() as "get"];
  for (const parameter of operation?.parameters ?? []) {
    if (!("name" in parameter)) continue;
    const examples = parameter.in === "path" ? definition.example.params : definition.example.query;
    const example = examples?.[parameter.name];
    if (example !== undefined) parameter.example = example;
  }
}

/** The OpenAPI 3.1 document of the given routes. */
export function openApiDocument(definitions: Definition[], serverUrl: string): object {
  const registry = new OpenAPIRegistry();
  const bearer = registry.registerComponent("securitySchemes", "apiKey", {
    type: "http",
    scheme: "bearer",
    description: "An API key.",
  });
  const sortedDefinitions = [...definitions].sort(
    (a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method),
  );
  for (const definition of sortedDefinitions) {
    const errors = [...new Set([...definition.errors, ...commonErrors(definition)])];
    const byStatus = new Map<number, ErrorCode[]>();
    for (const code of errors)
      byStatus.set(errorCodes[code].status, [...(byStatus.get(errorCodes[code].status) ?? []), code]);
    const access =
      typeof definition.access === "string"
        ? `Needs \`${definition.access}\` (role ${actions[definition.access]} or above).`
        : `Public: ${definition.access.public}`;
    registry.registerPath({
      method: definition.method.toLowerCase() as "get",
      path: definition.path,
      summary: definition.summary,
      description: [definition.description, access].filter(Boolean).join("\n\n"),
      tags: [definition.tag],
      security: typeof definition.access === "string" ? [{ [bearer.name]: [] }] : [],
      request: {
        ...(definition.params === undefined ? {} : { params: definition.params as z.ZodObject }),
        ...(definition.query === undefined ? {} : { query: definition.query as z.ZodObject }),
        ...(definition.ifMatch !== "no"
          ? { headers: ifMatchHeader(definition.ifMatch === "required") }
          : definition.idempotent
            ? { headers: idempotencyHeader }
            : {}),
        ...(definition.body === undefined
          ? {}
          : {
              body: {
                required: true,
                content: {
                  "application/json": {
                    schema: definition.body,
                    ...(definition.example.body === undefined ? {} : { example: definition.example.body }),
                  },
                },
              },
            }),
      },
      responses: {
        [definition.status]: {
          description: "As asked.",
          ...(definition.example.headers === undefined
            ? {}
            : {
                headers: Object.fromEntries(
                  Object.entries(definition.example.headers).map(([name, example]) => [
                    name,
                    { schema: { type: "string" as const }, example },
                  ]),
                ),
              }),
          ...(definition.response === undefined
            ? definition.responseType === undefined
              ? {}
              : {
                  content: {
                    [definition.responseType]: {
                      schema: z.string(),
                      ...(definition.example.response === undefined
                        ? {}
                        : { example: definition.example.response }),
                    },
                  },
                }
            : {
                content: {
                  "application/json": {
                    schema: definition.response,
                    ...(definition.example.response === undefined
                      ? {}
                      : { example: definition.example.response }),
                  },
                },
              }),
        },
        ...Object.fromEntries(
          [...byStatus].map(([status, codes]) => [
            status,
            {
              description: codes.map((code) => `\`${code}\`: ${errorCodes[code].title}`).join("; "),
              content: { "application/problem+json": { schema: problemSchema } },
            },
          ]),
        ),
      },
    });
  }
  const document = new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: "3.1.0",
    info: {
      title: "Inferscope API",
      version: "1",
      description:
        "Everything the console shows and does. Errors are RFC 9457 problem documents; lists are `{items, nextCursor}`.",
    },
    servers: [{ url: serverUrl }],
  });
  for (const definition of definitions) addParameterExamples(document, definition);
  return document;
}
