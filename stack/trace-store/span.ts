/** A value of an attribute in OTLP's JSON mapping; exactly one key is set, 64-bit integers are decimal strings. */
export type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number | "NaN" | "Infinity" | "-Infinity" }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: KeyValue[] } }
  | { bytesValue: string }
  | Record<string, never>;

export interface KeyValue {
  key: string;
  value: AnyValue;
}

export interface Resource {
  serviceName: string;
  attributes: KeyValue[];
}

export interface Scope {
  name: string;
  version: string;
  attributes: KeyValue[];
}

export interface SpanEvent {
  timeNano: bigint;
  name: string;
  attributes: KeyValue[];
}

export interface SpanLink {
  traceId: string;
  spanId: string;
  traceState: string;
  attributes: KeyValue[];
}

/** Span kinds as OTLP numbers them: the index is the wire value. */
export const SPAN_KINDS = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;

export const STATUS_UNSET = 0;
export const STATUS_OK = 1;
export const STATUS_ERROR = 2;

/** One span as received, ids in lower-case hex (32 and 16 digits), times in nanoseconds since the epoch. */
export interface Span {
  traceId: string;
  spanId: string;
  /** Empty for a root span. */
  parentSpanId: string;
  traceState: string;
  flags: number;
  name: string;
  kind: number;
  startNano: bigint;
  endNano: bigint;
  durationNano: bigint;
  attributes: KeyValue[];
  events: SpanEvent[];
  links: SpanLink[];
  statusCode: number;
  statusMessage: string;
  /** What was changed on the way in, as Jaeger reports it. */
  warnings: string[];
  resource: Resource;
  scope: Scope;
  /** Estimated size in memory, in bytes. */
  bytes: number;
}

/** Returns an attribute's value as Jaeger compares and prints it: arrays, maps as JSON, bytes as base64. */
export function valueAsString(value: AnyValue): string {
  const plain = plainValue(value);
  return typeof plain === "string" ? plain : JSON.stringify(plain);
}

function plainValue(value: AnyValue): unknown {
  if ("stringValue" in value) return value.stringValue;
  if ("boolValue" in value) return value.boolValue;
  // Decimal digits as they came: a Number would change integers beyond 2^53.
  if ("intValue" in value)
    return Number.isSafeInteger(Number(value.intValue)) ? Number(value.intValue) : value.intValue;
  if ("doubleValue" in value) return value.doubleValue;
  if ("bytesValue" in value) return value.bytesValue;
  if ("arrayValue" in value) return value.arrayValue.values.map(plainValue);
  if ("kvlistValue" in value)
    return Object.fromEntries(value.kvlistValue.values.map((entry) => [entry.key, plainValue(entry.value)]));
  return "";
}
