import { LRUCache } from "lru-cache";
import protobuf from "protobufjs";
import { formatTime } from "./go-syntax";
import type { AnyValue, KeyValue, Resource, Scope, Span, SpanEvent, SpanLink } from "./span";

/** The part of opentelemetry-proto 1.x that carries traces; field numbers are the specification's. */
const PROTO = `
syntax = "proto3";
message AnyValue {
  oneof value {
    string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4;
    ArrayValue array_value = 5; KeyValueList kvlist_value = 6; bytes bytes_value = 7;
  }
}
message ArrayValue { repeated AnyValue values = 1; }
message KeyValueList { repeated KeyValue values = 1; }
message KeyValue { string key = 1; AnyValue value = 2; }
message Resource { repeated KeyValue attributes = 1; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message Status { string message = 2; int32 code = 3; }
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; }
message Link { bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; repeated KeyValue attributes = 4; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; string name = 5;
  int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  repeated Event events = 11; repeated Link links = 13; Status status = 15; fixed32 flags = 16;
}
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ExportTracePartialSuccess { int64 rejected_spans = 1; string error_message = 2; }
message ExportTraceServiceResponse { ExportTracePartialSuccess partial_success = 1; }
message RpcStatus { int32 code = 1; string message = 2; }
`;

const root = protobuf.parse(PROTO).root;
const requestType = root.lookupType("ExportTraceServiceRequest");
const responseType = root.lookupType("ExportTraceServiceResponse");
const statusType = root.lookupType("RpcStatus");

/** Longest text kept of one attribute, in UTF-16 units. Prompts pasted into attributes must not fill the window. */
export const MAX_VALUE_LENGTH = 32_768;

/** Arrays and maps nested deeper than this are replaced by a note; deeper input is never meant for a person. */
const MAX_NESTING = 16;

/** What a request held: spans that can be kept, and how many could not with the first reason. */
export interface DecodedTraces {
  spans: Span[];
  rejected: number;
  reason?: string;
}

/** The request is not OTLP: bad JSON, bad protobuf, or a field of the wrong type. Never worth a retry. */
export class MalformedTraces extends Error {}

/** Returns the spans of a protobuf ExportTraceServiceRequest; throws MalformedTraces. */
export function decodeProtobuf(body: Uint8Array): DecodedTraces {
  let message: unknown;
  try {
    message = requestType.decode(body);
  } catch (error) {
    throw new MalformedTraces(`The body is not an ExportTraceServiceRequest: ${(error as Error).message}`);
  }
  return decodeRequest(message as Fields);
}

/** Returns the spans of an ExportTraceServiceRequest in OTLP's JSON mapping; throws MalformedTraces. */
export function decodeJson(text: string): DecodedTraces {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw new MalformedTraces("The body is not JSON.");
  }
  return decodeRequest(fields(message, "the body"));
}

/** Returns a protobuf ExportTraceServiceResponse; without a rejection it is zero bytes. */
export function encodeResponse(rejected: number, reason: string | undefined): Buffer {
  if (rejected === 0) return Buffer.alloc(0);
  return Buffer.from(
    responseType.encode({ partialSuccess: { rejectedSpans: rejected, errorMessage: reason ?? "" } }).finish(),
  );
}

/** Returns a protobuf google.rpc.Status, the body of a failed OTLP request. */
export function encodeStatus(code: number, message: string): Buffer {
  return Buffer.from(statusType.encode({ code, message }).finish());
}

type Fields = Record<string, unknown>;

function fields(value: unknown, where: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new MalformedTraces(`Expected an object for ${where}.`);
  return value as Fields;
}

function list(value: unknown, where: string): Fields[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new MalformedTraces(`Expected a list for ${where}.`);
  return value.map((item) => fields(item, `an item of ${where}`));
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** An id is bytes in protobuf and hex, in either case, in JSON; ids of half the length are padded with zeros. */
function id(value: unknown, hexDigits: 16 | 32): string | undefined {
  const hex = value instanceof Uint8Array ? Buffer.from(value).toString("hex") : text(value).toLowerCase();
  if (hex === "") return "";
  if (hex.length === hexDigits && /^[0-9a-f]+$/.test(hex)) return /^0+$/.test(hex) ? "" : hex;
  if (hexDigits === 32 && /^[0-9a-f]{16}$/.test(hex)) return hex.padStart(32, "0");
  return undefined;
}

function isLong(value: unknown): value is { low: number; high: number; toString(): string } {
  return typeof value === "object" && value !== null && "low" in value && "high" in value;
}

const UINT64_MAX = 18_446_744_073_709_551_615n;

/** Returns nanoseconds; an absent time is 0, as in protobuf, and undefined stands for one that cannot be read. */
function nano(value: unknown): bigint | undefined {
  if (value === undefined || value === null) return 0n;
  if (isLong(value)) return (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
  if (typeof value === "number" && Number.isFinite(value) && value >= 0) return BigInt(Math.trunc(value));
  if (typeof value !== "string" || !/^[0-9]{1,20}$/.test(value)) return undefined;
  const result = BigInt(value);
  return result <= UINT64_MAX ? result : undefined;
}

function unsigned32(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value >>> 0 : 0;
}

const KIND_NAMES = [
  "SPAN_KIND_UNSPECIFIED",
  "SPAN_KIND_INTERNAL",
  "SPAN_KIND_SERVER",
  "SPAN_KIND_CLIENT",
  "SPAN_KIND_PRODUCER",
  "SPAN_KIND_CONSUMER",
];
const STATUS_NAMES = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

/** Enumerations are integers; names are accepted too, as the collector does. An unknown one is 0. */
function enumeration(value: unknown, known: string[]): number {
  const index = typeof value === "string" ? known.indexOf(value) : value;
  return typeof index === "number" && known[index] !== undefined ? index : 0;
}

/** Collects what one span costs in memory and what was cut from it. */
interface Intake {
  bytes: number;
  warnings: string[];
}

// What objects, array slots and index entries cost beside the text itself: measured on Node 20 with 30,000 traces of
// four spans, whose heap this estimate meets within a tenth.
const ATTRIBUTE_OVERHEAD_BYTES = 96;
const SPAN_OVERHEAD_BYTES = 850;

/** Names repeat in every span: one copy of each is kept, which also makes comparing them cheap. */
const names = new LRUCache<string, string>({ max: 20_000 });

function sharedName(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  names.set(name, name);
  return name;
}

function attributes(value: unknown, where: string, intake: Intake, depth = 0): KeyValue[] {
  return list(value, where).map((item) => {
    const key = sharedName(text(item.key));
    intake.bytes += ATTRIBUTE_OVERHEAD_BYTES + key.length;
    return { key, value: anyValue(item.value, key, intake, depth) };
  });
}

function anyValue(value: unknown, key: string, intake: Intake, depth: number): AnyValue {
  if (typeof value !== "object" || value === null) return { stringValue: "" };
  // protobufjs puts defaults of unset members on the prototype: only own properties were sent.
  const has = (name: string) => Object.hasOwn(value, name);
  const sent = value as Fields;
  if (has("stringValue")) return { stringValue: bounded(text(sent.stringValue), key, intake) };
  if (has("boolValue")) return { boolValue: sent.boolValue === true };
  if (has("intValue")) return { intValue: int64(sent.intValue) };
  if (has("doubleValue")) return { doubleValue: double(sent.doubleValue) };
  if (has("bytesValue")) {
    const bytes = sent.bytesValue;
    return {
      bytesValue: bounded(
        bytes instanceof Uint8Array ? Buffer.from(bytes).toString("base64") : text(bytes),
        key,
        intake,
      ),
    };
  }
  if (has("arrayValue") || has("kvlistValue")) {
    if (depth >= MAX_NESTING) return { stringValue: "(nested too deep)" };
    if (has("arrayValue")) {
      const items = list(fields(sent.arrayValue, "arrayValue").values, "arrayValue");
      intake.bytes += items.length * ATTRIBUTE_OVERHEAD_BYTES;
      return { arrayValue: { values: items.map((item) => anyValue(item, key, intake, depth + 1)) } };
    }
    const entries = fields(sent.kvlistValue, "kvlistValue").values;
    return { kvlistValue: { values: attributes(entries, "kvlistValue", intake, depth + 1) } };
  }
  return {};
}

function bounded(value: string, key: string, intake: Intake): string {
  if (value.length <= MAX_VALUE_LENGTH) {
    intake.bytes += value.length;
    return value;
  }
  intake.bytes += MAX_VALUE_LENGTH;
  intake.warnings.push(
    `attribute ${key.slice(0, 100)} had ${value.length} characters and was cut to ${MAX_VALUE_LENGTH}`,
  );
  // A copy, so that the kept part does not hold the whole text in memory.
  return Buffer.from(value.slice(0, MAX_VALUE_LENGTH), "utf16le").toString("utf16le");
}

function int64(value: unknown): string {
  if (isLong(value)) return value.toString();
  if (typeof value === "number" && Number.isFinite(value)) return BigInt(Math.trunc(value)).toString();
  if (typeof value === "string" && /^-?[0-9]{1,19}$/.test(value)) return BigInt(value).toString();
  return "0";
}

function double(value: unknown): number | "NaN" | "Infinity" | "-Infinity" {
  const number = typeof value === "number" ? value : Number(value);
  if (Number.isNaN(number)) return "NaN";
  if (Number.isFinite(number)) return number;
  return number > 0 ? "Infinity" : "-Infinity";
}

// An exporter repeats its resource and scope in every batch; one copy of each is kept.
const resources = new LRUCache<string, Resource>({ max: 500 });
const scopes = new LRUCache<string, Scope>({ max: 1000 });

/** Jaeger's placeholders (its ingest sanitizers): a service without a name is still shown, under one of these. */
function namedResource(sent: KeyValue[]): Resource {
  const entry = sent.find((attribute) => attribute.key === "service.name");
  let serviceName: string;
  if (!entry) serviceName = "missing-service-name";
  else if (!("stringValue" in entry.value)) serviceName = "service-name-wrong-type";
  else
    serviceName = entry.value.stringValue === "" ? "empty-service-name" : (entry.value.stringValue as string);
  const named = { key: "service.name", value: { stringValue: serviceName } };
  return {
    serviceName,
    attributes: entry ? sent.map((attribute) => (attribute === entry ? named : attribute)) : [...sent, named],
  };
}

function shared<T extends object>(cache: LRUCache<string, T>, value: T): T {
  const key = JSON.stringify(value);
  const known = cache.get(key);
  if (known) return known;
  cache.set(key, value);
  return value;
}

function decodeRequest(request: Fields): DecodedTraces {
  const decoded: DecodedTraces = { spans: [], rejected: 0 };
  for (const resourceSpans of list(request.resourceSpans, "resourceSpans")) {
    const sentResource = resourceSpans.resource ? fields(resourceSpans.resource, "resource") : {};
    const unmeasured: Intake = { bytes: 0, warnings: [] };
    const resource = shared(
      resources,
      namedResource(attributes(sentResource.attributes, "resource.attributes", unmeasured)),
    );
    for (const scopeSpans of list(resourceSpans.scopeSpans, "scopeSpans")) {
      const sentScope = scopeSpans.scope ? fields(scopeSpans.scope, "scope") : {};
      const scope = shared(scopes, {
        name: text(sentScope.name),
        version: text(sentScope.version),
        attributes: attributes(sentScope.attributes, "scope.attributes", unmeasured),
      });
      for (const sent of list(scopeSpans.spans, "spans")) {
        const span = decodeSpan(sent, resource, scope);
        if (typeof span === "string") {
          decoded.rejected += 1;
          decoded.reason ??= span;
        } else decoded.spans.push(span);
      }
    }
  }
  return decoded;
}

/** Returns the span, or why it cannot be kept. */
function decodeSpan(sent: Fields, resource: Resource, scope: Scope): Span | string {
  const traceId = id(sent.traceId, 32);
  const spanId = id(sent.spanId, 16);
  if (!traceId) return "A span has no valid traceId: 16 bytes, not all zero.";
  if (!spanId) return "A span has no valid spanId: 8 bytes, not all zero.";
  const parentSpanId = id(sent.parentSpanId, 16);
  if (parentSpanId === undefined) return "A span has a parentSpanId that is not 8 bytes.";

  const intake: Intake = { bytes: SPAN_OVERHEAD_BYTES, warnings: [] };
  const status = sent.status ? fields(sent.status, "status") : {};
  const startNano = nano(sent.startTimeUnixNano);
  let endNano = nano(sent.endTimeUnixNano);
  if (startNano === undefined || endNano === undefined)
    return "A span has a startTimeUnixNano or endTimeUnixNano that is not a whole number of nanoseconds.";
  const spanAttributes = attributes(sent.attributes, "attributes", intake);
  if (endNano <= startNano) {
    // Jaeger's own sanitizer and wording: zero counts as negative.
    const adjusted = startNano + 1n;
    intake.warnings.push(
      `Negative duration detected, sanitizing end timestamp. Original end timestamp: ${formatTime(endNano)}, adjusted to: ${formatTime(adjusted)}`,
    );
    endNano = adjusted;
  }
  const events: SpanEvent[] = list(sent.events, "events").map((event) => ({
    timeNano: nano(event.timeUnixNano) ?? startNano,
    name: bounded(text(event.name), "event name", intake),
    attributes: attributes(event.attributes, "event.attributes", intake),
  }));
  const links: SpanLink[] = list(sent.links, "links").map((link) => ({
    traceId: id(link.traceId, 32) ?? "",
    spanId: id(link.spanId, 16) ?? "",
    traceState: text(link.traceState),
    attributes: attributes(link.attributes, "link.attributes", intake),
  }));
  const name = bounded(text(sent.name), "span name", intake);
  return {
    traceId,
    spanId,
    parentSpanId,
    traceState: bounded(text(sent.traceState), "trace state", intake),
    flags: unsigned32(sent.flags),
    name: name === "" ? "empty-span-name" : sharedName(name),
    kind: enumeration(sent.kind, KIND_NAMES),
    startNano,
    endNano,
    durationNano: endNano - startNano,
    attributes: spanAttributes,
    events,
    links,
    statusCode: enumeration(status.code, STATUS_NAMES),
    statusMessage: bounded(text(status.message), "status message", intake),
    warnings: intake.warnings,
    resource,
    scope,
    bytes: intake.bytes + (events.length + links.length) * ATTRIBUTE_OVERHEAD_BYTES,
  };
}
