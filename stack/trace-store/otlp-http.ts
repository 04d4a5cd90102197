import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import {
  type DecodedTraces,
  decodeJson,
  decodeProtobuf,
  encodeResponse,
  encodeStatus,
  MalformedTraces,
} from "./otlp";
import type { Span } from "./span";
import type { AppendResult } from "./store";

export interface OtlpOptions {
  /** Largest body accepted, in bytes, before and after decompression; also the largest gRPC message. */
  maxRequestBytes: number;
  append: (spans: Span[]) => AppendResult;
  /** Told of a fault in receiving; nothing of the request is part of it. */
  onError: (error: unknown) => void;
}

const gunzipBounded = promisify(gunzip);

/** google.rpc.Code of the answers given here. */
const INVALID_ARGUMENT = 3;
const RESOURCE_EXHAUSTED = 8;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;

type Encoding = "json" | "protobuf";

class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

/** Returns a server, not yet listening, that takes OTLP/HTTP traces at POST /v1/traces (OTLP specification 1.x). */
export function createOtlpHttpServer(options: OtlpOptions): Server {
  return createServer((request, response) => {
    receive(options, request, response).catch((error: unknown) => {
      options.onError(error);
      if (response.headersSent) response.destroy();
      else fail(response, "json", 500, INTERNAL, "The trace store failed to take the request.");
    });
  });
}

async function receive(
  options: OtlpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? "/").split("?")[0];
  const encoding = encodingOf(request.headers["content-type"]);
  try {
    if (path !== "/v1/traces")
      throw new Refused(
        404,
        UNIMPLEMENTED,
        "Only /v1/traces is received here; this is a store of traces alone.",
      );
    if (request.method !== "POST") {
      response.setHeader("allow", "POST");
      throw new Refused(405, UNIMPLEMENTED, "Send traces with POST.");
    }
    if (!encoding)
      throw new Refused(
        415,
        INVALID_ARGUMENT,
        "The content type must be application/x-protobuf or application/json.",
      );
    const body = await readBody(request, options.maxRequestBytes);
    const decoded = decode(body, encoding);
    const appended = options.append(decoded.spans);
    succeed(response, encoding, decoded.rejected + appended.rejected, decoded.reason ?? appended.reason);
  } catch (error) {
    if (error instanceof Refused) {
      if (error.status === 413) response.setHeader("connection", "close");
      fail(response, encoding ?? "json", error.status, error.code, error.message);
    } else if (!request.destroyed || request.complete) throw error;
  }
}

function encodingOf(contentType: string | undefined): Encoding | undefined {
  const type = contentType?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/x-protobuf") return "protobuf";
  return type === "application/json" ? "json" : undefined;
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = new Refused(
    413,
    RESOURCE_EXHAUSTED,
    `A request may have at most ${maxBytes} bytes, uncompressed.`,
  );
  const contentEncoding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  if (contentEncoding !== "gzip" && contentEncoding !== "identity")
    throw new Refused(415, INVALID_ARGUMENT, "The content encoding must be gzip or identity.");
  if (Number(request.headers["content-length"]) > maxBytes) throw tooLarge;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge;
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (contentEncoding === "identity" || body.length === 0) return body;
  try {
    return await gunzipBounded(body, { maxOutputLength: maxBytes });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge;
    throw new Refused(400, INVALID_ARGUMENT, "The body is not gzip.");
  }
}

function decode(body: Buffer, encoding: Encoding): DecodedTraces {
  try {
    return encoding === "protobuf" ? decodeProtobuf(body) : decodeJson(body.toString("utf8"));
  } catch (error) {
    if (error instanceof MalformedTraces) throw new Refused(400, INVALID_ARGUMENT, error.message);
    throw error;
  }
}

function succeed(
  response: ServerResponse,
  encoding: Encoding,
  rejected: number,
  reason: string | undefined,
): void {
  if (encoding === "protobuf") {
    response.writeHead(200, { "content-type": "application/x-protobuf" });
    response.end(encodeResponse(rejected, reason));
    return;
  }
  const partial = { partialSuccess: { rejectedSpans: String(rejected), errorMessage: reason ?? "" } };
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(rejected === 0 ? {} : partial));
}

function fail(
  response: ServerResponse,
  encoding: Encoding,
  status: number,
  code: number,
  message: string,
): void {
  if (encoding === "protobuf") {
    response.writeHead(status, { "content-type": "application/x-protobuf" });
    response.end(encodeStatus(code, message));
    return;
  }
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ code, message }));
}
