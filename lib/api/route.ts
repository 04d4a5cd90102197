import "server-only";
import { randomUUID } from "node:crypto";
import { cookies as requestCookies } from "next/headers";
import { z } from "zod";
import type { Actor } from "@/lib/auth/actor";
import { authenticate } from "@/lib/auth/authenticate";
import { type Action, can, whyNot } from "@/lib/auth/permissions";
import { publicUrl } from "@/lib/config";
import { type ErrorCode, problem } from "@/lib/errors";
import { metrics } from "@/lib/observability/metrics";
import { onBehalfOf } from "@/lib/upstream/caller";
import { DEFAULT_MAX_BODY_BYTES, readJson } from "./body";
import { once } from "./idempotency";
import { takesMethods } from "./methods";
import { problemResponse } from "./problem-response";
import { requireSameOrigin } from "./same-origin";

/** Who may call: holders of a permission, or anyone, for the reason given. */
export type Access = Action | { public: string };

type ShapeOutput<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** What a handler is given. `actor` is null only on a public route that came without a session or key. */
type Call<Params, Query, Body, Access_> = {
  params: ShapeOutput<Params>;
  query: ShapeOutput<Query>;
  body: ShapeOutput<Body>;
  actor: Access_ extends Action ? Actor : Actor | null;
  request: Request;
  requestId: string;
  /** Aborts when the caller went away. */
  signal: AbortSignal;
  now: Date;
  /** The version in If-Match, when there was one. */
  ifMatch: number | undefined;
};

/** An answer with a status, headers or an ETag of its own; a handler may also return the plain body. */
export class Answer<Body = unknown> {
  constructor(
    readonly body: Body,
    readonly options: { status?: number; headers?: Record<string, string>; etag?: number } = {},
  ) {}
}

export type Definition = {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** As in OpenAPI, such as "/api/v1/sources/{source}". */
  path: string;
  summary: string;
  description?: string;
  tag: string;
  access: Access;
  params?: z.ZodType;
  query?: z.ZodType;
  body?: z.ZodType;
  response?: z.ZodType;
  status: number;
  responseType?: string;
  example: {
    params?: Record<string, string>;
    query?: Record<string, unknown>;
    body?: unknown;
    response?: unknown;
    /** Of an answer that tells something by them. */
    headers?: Record<string, string>;
  };
  errors: ErrorCode[];
  ifMatch: "no" | "optional" | "required";
  /** Whether a create may carry an Idempotency-Key. */
  idempotent: boolean;
};

/** A Next route handler that carries its declaration, for the OpenAPI document and the tests that walk every route. */
export type Route = ((
  request: Request,
  context: { params: Promise<Record<string, string | string[]>> },
) => Promise<Response>) & { definition: Definition };

/** Postgres keeps no NUL in text, and no name of ours has one. */
const hasNul = (value: unknown): boolean =>
  typeof value === "string"
    ? value.includes("\0")
    : typeof value === "object" && value !== null && Object.values(value).some(hasNul);

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, what: string): z.output<Schema> {
  if (hasNul(value)) throw problem("invalid_request", `The ${what} must not hold the character NUL.`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw problem("invalid_request", `The ${what} ${what === "body" ? "is" : "are"} not valid.`, {
    fields: result.error.issues.map((issue) => ({
      path: [...issue.path.map(String), ...(issue.code === "unrecognized_keys" ? issue.keys : [])].join("."),
      message: issue.message,
    })),
  });
}

/** A misspelt field would be taken for one that was left out. */
const exact = <Schema extends z.ZodType>(schema: Schema): Schema =>
  schema instanceof z.ZodObject && schema.def.catchall === undefined
    ? (schema.strict() as unknown as Schema)
    : schema;

/** Repeated query parameters become arrays, single ones strings. */
const queryObject = (search: URLSearchParams): Record<string, string | string[]> => {
  const values: Record<string, string | string[]> = {};
  for (const name of new Set(search.keys())) {
    const all = search.getAll(name);
    values[name] = all.length === 1 ? all[0]! : all;
  }
  return values;
};

function parseIfMatch(header: string | null, mode: Definition["ifMatch"]): number | undefined {
  if (header !== null && mode === "no")
    throw problem("invalid_request", "This resource has no version to compare with; leave If-Match out.");
  if (header === null) {
    if (mode === "required")
      throw problem(
        "precondition_required",
        "Send If-Match with the version you read, from the ETag of the resource.",
      );
    return undefined;
  }
  const [, version] = /^(?:W\/)?"(\d+)"$/.exec(header) ?? [];
  if (version === undefined)
    throw problem(
      "invalid_request",
      header.trim() === "*" || header.includes(",")
        ? 'If-Match takes one ETag, that of the version you read, such as "3": `*` and lists are not taken, as they would let a change overwrite what you have not seen.'
        : 'If-Match must be the ETag of the resource, such as "3".',
    );
  return Number(version);
}

const safeMethods = new Set(["GET", "HEAD"]);
const requestIdPattern = /^[A-Za-z0-9._-]{8,128}$/;

/**
 * Declares an endpoint. One declaration yields authentication, permission, validation, the problem documents, the
 * OpenAPI entry and the duration metric. The handler gets parsed input and returns the body or an `Answer`.
 */
export function route<
  const A extends Access,
  Params extends z.ZodType | undefined = undefined,
  Query extends z.ZodType | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
  Response_ extends z.ZodType | undefined = undefined,
>(declaration: {
  method: Definition["method"];
  path: string;
  summary: string;
  description?: string;
  tag: string;
  access: A;
  params?: Params;
  query?: Query;
  body?: Body;
  response?: Response_;
  /** Of a good answer; 200 by default, 204 where there is no response schema and the method is DELETE. */
  status?: number;
  /** Content type of a good answer that is not JSON; its handler returns a Response. */
  responseType?: string;
  example?: Definition["example"];
  errors?: ErrorCode[];
  ifMatch?: Definition["ifMatch"];
  maxBodyBytes?: number;
  /** Off where the answer holds a secret, which must not be kept to be repeated. */
  idempotent?: boolean;
  handler: (
    call: Call<Params, Query, Body, A>,
  ) => Promise<
    | (Response_ extends z.ZodType ? z.input<Response_> | Answer<z.input<Response_>> : undefined)
    | Response
    | Answer
  >;
}): Route {
  const definition: Definition = {
    method: declaration.method,
    path: declaration.path,
    summary: declaration.summary,
    description: declaration.description,
    tag: declaration.tag,
    access: declaration.access,
    params: declaration.params,
    query: declaration.query,
    body: declaration.body,
    response: declaration.response,
    status:
      declaration.status ??
      (declaration.response === undefined && declaration.method === "DELETE" ? 204 : 200),
    responseType: declaration.responseType,
    example: declaration.example ?? {},
    errors: declaration.errors ?? [],
    ifMatch: declaration.ifMatch ?? "no",
    idempotent:
      declaration.method === "POST" &&
      declaration.idempotent !== false &&
      typeof declaration.access === "string",
  };
  takesMethods(definition.path, [definition.method]);

  const answerRequest = async (
    request: Request,
    rawParams: Promise<Record<string, string | string[]>>,
    requestId: string,
  ): Promise<Response> => {
    const now = new Date();
    const authorization = request.headers.get("authorization");
    const isPublic = typeof declaration.access === "object";
    const actor =
      isPublic && authorization === null
        ? null
        : await authenticate(authorization, await requestCookies(), now);
    if (typeof declaration.access === "string") {
      if (actor === null)
        throw problem("unauthenticated", "Sign in, or send an API key as `Authorization: Bearer …`.");
      if (!can(actor, declaration.access)) throw problem("forbidden", whyNot(actor, declaration.access));
    }
    if (!safeMethods.has(request.method) && authorization === null)
      requireSameOrigin(request, new URL(publicUrl()).origin);

    const params =
      declaration.params === undefined
        ? undefined
        : parse(declaration.params, decodeParams(await rawParams), "path parameters");
    const query =
      declaration.query === undefined
        ? undefined
        : parse(declaration.query, queryObject(new URL(request.url).searchParams), "query parameters");
    const rawBody =
      declaration.body === undefined
        ? undefined
        : await readJson(request, declaration.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES);
    const body =
      declaration.body === undefined ? undefined : parse(exact(declaration.body), rawBody ?? {}, "body");
    const ifMatch = parseIfMatch(request.headers.get("if-match"), definition.ifMatch);

    const answer = () =>
      declaration.handler({
        params,
        query,
        body,
        actor,
        request,
        requestId,
        signal: request.signal,
        now,
        ifMatch,
      } as Call<Params, Query, Body, A>);
    // What it asks of data sources takes the actor's turns and is counted as theirs.
    const handle = () => (actor === null ? answer() : onBehalfOf(actor, answer));

    const idempotencyKey = request.headers.get("idempotency-key");
    if (idempotencyKey !== null && definition.idempotent && actor !== null) {
      if (idempotencyKey.length > 200)
        throw problem("invalid_request", "An Idempotency-Key has at most 200 characters.");
      const stored = await once(
        actor,
        idempotencyKey,
        `${definition.method} ${new URL(request.url).pathname}`,
        rawBody,
        now,
        async () => {
          const result = await handle();
          if (result instanceof Response)
            throw problem("invalid_request", "This endpoint does not take an Idempotency-Key.");
          return result instanceof Answer
            ? { status: result.options.status ?? definition.status, body: result.body }
            : { status: definition.status, body: result };
        },
      );
      return jsonResponse(stored.body, stored.status, {}, undefined);
    }

    const result = await handle();
    if (result instanceof Response) return result;
    if (result instanceof Answer)
      return jsonResponse(
        result.body,
        result.options.status ?? definition.status,
        result.options.headers ?? {},
        result.options.etag,
      );
    return jsonResponse(result, definition.status, {}, undefined);
  };

  const handler = async (
    request: Request,
    context: { params: Promise<Record<string, string | string[]>> },
  ): Promise<Response> => {
    const given = request.headers.get("x-request-id");
    const requestId = given !== null && requestIdPattern.test(given) ? given : randomUUID();
    const end = metrics().requestDuration.startTimer({ route: definition.path, method: definition.method });
    let response: Response;
    try {
      response = await answerRequest(request, context.params, requestId);
      response.headers.set("x-request-id", requestId);
      if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
    } catch (error) {
      // Nobody reads this answer. 499 is what proxies log for a caller that left.
      response = request.signal.aborted
        ? new Response(null, { status: 499 })
        : problemResponse(error, requestId, new URL(request.url).pathname);
    }
    end({ status: String(response.status) });
    return response;
  };
  return Object.assign(handler, { definition });
}

/** Next hands path parameters over as they stood in the URL; `%2F` in a name is part of the name. */
function decodeParams(params: Record<string, string | string[]>): Record<string, string | string[]> {
  const decode = (value: string) => {
    try {
      return decodeURIComponent(value);
    } catch {
      throw problem("invalid_request", "The path has a broken percent escape.");
    }
  };
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(decode) : decode(value),
    ]),
  );
}

function jsonResponse(
  body: unknown,
  status: number,
  headers: Record<string, string>,
  etag: number | undefined,
): Response {
  const all = new Headers(headers);
  if (etag !== undefined) all.set("etag", `"${etag}"`);
  if (status === 204 || body === undefined)
    return new Response(null, { status: status === 200 ? 204 : status, headers: all });
  all.set("content-type", "application/json");
  return new Response(JSON.stringify(body), { status, headers: all });
}
