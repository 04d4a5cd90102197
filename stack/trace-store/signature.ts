import { type KeyValue, type Resource, type Scope, type Span, STATUS_ERROR, valueAsString } from "./span";

/**
 * A summary of some spans, small enough to be looked at for every trace of the window: it says for sure that none of
 * them can meet a condition, or that they have to be looked into. Attributes are a Bloom filter with one hash.
 */
export interface Signature {
  hasError: boolean;
  /** Nanoseconds, as a number: exact enough to rule out, since bounds are widened by the rounding. */
  minDuration: number;
  maxDuration: number;
  /** Three words of 30 bits, which V8 keeps without a box. */
  bits0: number;
  bits1: number;
  bits2: number;
}

export function emptySignature(): Signature {
  return {
    hasError: false,
    minDuration: Number.POSITIVE_INFINITY,
    maxDuration: 0,
    bits0: 0,
    bits1: 0,
    bits2: 0,
  };
}

export function addToSignature(signature: Signature, span: Span): void {
  if (span.statusCode === STATUS_ERROR) signature.hasError = true;
  const duration = Number(span.durationNano);
  if (duration < signature.minDuration) signature.minDuration = duration;
  if (duration > signature.maxDuration) signature.maxDuration = duration;
  addAttributes(signature, span.attributes);
  for (const event of span.events) addAttributes(signature, event.attributes);
  for (const link of span.links) addAttributes(signature, link.attributes);
  addShared(signature, span.resource);
  addShared(signature, span.scope);
}

/** What a search needs of a signature. */
export interface Need {
  error: boolean;
  minDuration: number;
  maxDuration: number;
  bits0: number;
  bits1: number;
  bits2: number;
}

/** Tags that stand for a field of the span and are not among its attributes. */
const FIELD_TAGS = new Set([
  "error",
  "span.status",
  "span.kind",
  "scope.name",
  "scope.version",
  "otel.scope.name",
  "otel.scope.version",
  "otel.status_code",
  "otel.status_description",
  "w3c.tracestate",
]);

export function needOf(query: {
  attributes: Map<string, string>;
  durationMinNano?: bigint;
  durationMaxNano?: bigint;
}): Need {
  const bits = emptySignature();
  for (const [key, value] of query.attributes)
    if (!FIELD_TAGS.has(key)) addHash(bits, hash(key.startsWith("resource.") ? key.slice(9) : key, value));
  return {
    error: ["1", "t", "T", "TRUE", "true", "True"].includes(query.attributes.get("error") ?? ""),
    minDuration: query.durationMinNano ? Number(query.durationMinNano) : 0,
    maxDuration: query.durationMaxNano ? Number(query.durationMaxNano) : Number.POSITIVE_INFINITY,
    bits0: bits.bits0,
    bits1: bits.bits1,
    bits2: bits.bits2,
  };
}

/** Returns false only when no span behind the signature can meet the search. */
export function mayMeet(signature: Signature, need: Need): boolean {
  return (
    (!need.error || signature.hasError) &&
    signature.maxDuration >= need.minDuration &&
    signature.minDuration <= need.maxDuration &&
    (signature.bits0 & need.bits0) === need.bits0 &&
    (signature.bits1 & need.bits1) === need.bits1 &&
    (signature.bits2 & need.bits2) === need.bits2
  );
}

const sharedBits = new WeakMap<Resource | Scope, Signature>();

/** A resource or scope stands behind many spans: its attributes are hashed once. */
function addShared(signature: Signature, shared: Resource | Scope): void {
  let bits = sharedBits.get(shared);
  if (!bits) {
    bits = emptySignature();
    addAttributes(bits, shared.attributes);
    sharedBits.set(shared, bits);
  }
  signature.bits0 |= bits.bits0;
  signature.bits1 |= bits.bits1;
  signature.bits2 |= bits.bits2;
}

function addAttributes(signature: Signature, attributes: KeyValue[]): void {
  for (const { key, value } of attributes) addHash(signature, hash(key, valueAsString(value)));
}

function addHash(signature: Signature, value: number): void {
  const bit = 1 << (value % 30);
  const word = Math.floor(value / 30) % 3;
  if (word === 0) signature.bits0 |= bit;
  else if (word === 1) signature.bits1 |= bit;
  else signature.bits2 |= bit;
}

/** Characters of a value that take part: prompts are long, and the beginning with the length tells them apart. */
const HASHED_LENGTH = 64;

/** FNV-1a, 32 bits. */
function hash(key: string, value: string): number {
  let result = 0x811c9dc5 ^ value.length;
  for (let index = 0; index < key.length; index += 1)
    result = Math.imul(result ^ key.charCodeAt(index), 0x01000193);
  const length = Math.min(value.length, HASHED_LENGTH);
  for (let index = 0; index < length; index += 1)
    result = Math.imul(result ^ value.charCodeAt(index), 0x01000193);
  return (result ^ (result >>> 15)) >>> 0;
}
