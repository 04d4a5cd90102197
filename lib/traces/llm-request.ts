import type { Seconds } from "@/lib/units";
import type { TraceSpan, TraceView } from "./schema";

/*
 * What a trace tells of its calls of a language model: where the time went, by the engine's own attributes where it has
 * them (vLLM's and SGLang's `gen_ai.latency.*`, OpenTelemetry's `gen_ai.*`) and by spans where not. What is not known is
 * null; nothing is filled in.
 */

/** A figure, and where it was read: an attribute with its service, or how it was worked out. */
export type Read<Value = number> = { value: Value; from: string };

export type PartId = "before" | "tokenizing" | "queueing" | "prefill" | "decode" | "rest";
export type Part = { id: PartId; label: string; seconds: Seconds; from: string };

export const hopKinds = ["client", "gateway", "load balancer", "server", "model"] as const;
export type HopKind = (typeof hopKinds)[number];

/** A service that the request passed, outermost first; one that none of the spans is of is missing. */
export type Hop = {
  kind: HopKind | "other";
  /** Null for a hop that has no span. */
  service: string | null;
  spanId: string | null;
  duration: Seconds | null;
  /** What of it the next hop with a span did not take: its own work and the way there and back; null where that is not known. */
  own: Seconds | null;
  /** By what it was taken for this hop, or what may be missing. */
  why: string;
};

export type LlmRequest = {
  /** The innermost span that tells of it. */
  spanId: string;
  /** The outermost span of this call, its service and how long it took. */
  endToEnd: { spanId: string; service: string; operation: string; seconds: Seconds };
  parts: Part[];
  /** How much more the parts are than what was measured around them; null where they are not. */
  excess: Seconds | null;
  ttft: Read | null;
  itl: Read | null;
  /** TTFT and ITL for every further token; null where one of them is not known. */
  expected: Seconds | null;
  inputTokens: Read | null;
  cachedTokens: Read | null;
  outputTokens: Read | null;
  /** Of the decode phase. */
  tokensPerSecond: number | null;
  finishReason: Read<string> | null;
  model: Read<string> | null;
  modelVersion: Read<string> | null;
  gpus: Read<string> | null;
  hops: Hop[];
};

const outputKeys = [
  "gen_ai.usage.output_tokens",
  "gen_ai.usage.completion_tokens",
  "llm.token_count.completion",
];
const inputKeys = ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt"];
const cachedKeys = ["gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cached_tokens"];
const ttftKeys = [
  "gen_ai.latency.time_to_first_token",
  "gen_ai.server.time_to_first_token",
  "gen_ai.response.time_to_first_chunk",
];
const itlKeys = ["gen_ai.latency.time_per_output_token", "gen_ai.server.time_per_output_token"];
const queueKeys = ["gen_ai.latency.time_in_queue"];
const prefillKeys = ["gen_ai.latency.time_in_model_prefill"];
const decodeKeys = ["gen_ai.latency.time_in_model_decode"];
const engineKeys = ["gen_ai.latency.e2e"];
const finishKeys = ["gen_ai.response.finish_reasons", "gen_ai.response.finish_reason"];
const modelKeys = ["gen_ai.response.model", "gen_ai.request.model", "llm.model_name"];
const versionKeys = ["model.version", "gen_ai.response.model_version"];
const gpuKeys = ["gpu.ids", "gpu.id", "gpu.uuid", "hw.id"];

/** Calls of these are work around a model's, not a call of it. */
const otherOperations = new Set(["invoke_agent", "create_agent", "execute_tool", "invoke_workflow"]);

const tells = ({ attributes }: TraceSpan): boolean =>
  outputKeys.some((key) => attributes[key] !== undefined) ||
  Object.keys(attributes).some((key) => key.startsWith("gen_ai.latency."));

/** Returns the calls of a language model in a trace, in the order of their spans. */
export function llmRequestsOf(trace: TraceView): LlmRequest[] {
  const parents = parentsOf(trace.spans);
  const telling = trace.spans.flatMap((span, index) => (tells(span) ? [index] : []));
  const outer = new Set<number>();
  for (const index of telling) for (const above of upFrom(parents[index]!, parents)) outer.add(above);
  const innermost = telling.filter((index) => !outer.has(index));
  const below = new Map<number, number>();
  for (const index of innermost)
    for (const above of upFrom(index, parents)) below.set(above, (below.get(above) ?? 0) + 1);
  return innermost.map((index) => {
    // What is above several calls is none of theirs alone.
    const chain = upFrom(index, parents).filter((above) => below.get(above) === 1);
    return requestOf(trace, chain, parents);
  });
}

/** Of each span the index of the one above it, −1 for none. */
function parentsOf(spans: readonly TraceSpan[]): number[] {
  const path: number[] = [];
  return spans.map(({ depth }, index) => {
    path.length = depth;
    path.push(index);
    return depth === 0 ? -1 : path[depth - 1]!;
  });
}

function upFrom(index: number, parents: readonly number[]): number[] {
  const chain: number[] = [];
  for (let at = index; at >= 0; at = parents[at]!) chain.push(at);
  return chain;
}

const seconds = (span: TraceSpan): Seconds => span.duration / 1e6;

/** `chain` from the innermost span out. */
function requestOf(trace: TraceView, chain: readonly number[], parents: readonly number[]): LlmRequest {
  const own = chain.map((index) => trace.spans[index]!);
  const isCall = ({ attributes }: TraceSpan) =>
    Object.keys(attributes).some((key) => key.startsWith("gen_ai.")) &&
    !otherOperations.has(String(attributes["gen_ai.operation.name"]));
  const outermost = Math.max(0, own.findLastIndex(isCall));
  const spans = own.slice(0, outermost + 1);
  const [inner] = spans as [TraceSpan, ...TraceSpan[]];
  const around = spans.at(-1)!;

  const number = (keys: readonly string[]) => readFrom(spans, keys, toNumber);
  const words = (keys: readonly string[]) => readFrom(spans, keys, toWords);
  const ttft = number(ttftKeys);
  const output = number(outputKeys);
  const queue = number(queueKeys);
  const engine = number(engineKeys);
  const decode =
    number(decodeKeys) ??
    (engine !== null && ttft !== null && isEngines(ttft)
      ? { value: engine.value - ttft.value, from: `${engine.from} less the time to the first token` }
      : null);
  const itl = number(itlKeys) ?? perToken(decode, output);
  const hops = hopsOf([...spans].reverse());
  const parts = partsOf({
    trace,
    chain,
    parents,
    spans,
    hops,
    ttft,
    queue,
    prefill: number(prefillKeys),
    decode,
  });
  const total = seconds(around);
  const sum = parts.reduce((all, part) => all + part.seconds, 0);
  const rest = total - sum;
  return {
    spanId: inner.spanId,
    endToEnd: {
      spanId: around.spanId,
      service: around.service,
      operation: around.operation,
      seconds: total,
    },
    parts:
      rest > 1e-6 && parts.length > 0
        ? [
            ...parts,
            { id: "rest", label: "The rest", seconds: rest, from: "measured end to end, less the parts" },
          ]
        : parts,
    excess: rest < -1e-3 ? -rest : null,
    ttft,
    itl,
    expected:
      ttft !== null && itl !== null && output !== null && output.value > 0
        ? ttft.value + (output.value - 1) * itl.value
        : null,
    inputTokens: number(inputKeys),
    cachedTokens: number(cachedKeys),
    outputTokens: output,
    tokensPerSecond:
      decode !== null && output !== null && output.value > 1 && decode.value > 0
        ? (output.value - 1) / decode.value
        : null,
    finishReason: words(finishKeys),
    model: words(modelKeys),
    modelVersion: words(versionKeys) ?? versionOfProcess(spans, trace),
    gpus: words(gpuKeys),
    hops,
  };
}

/** Whether a figure is the engine's own, not a client's that counts the network in. */
const isEngines = ({ from }: Read): boolean =>
  from.startsWith("gen_ai.latency.") || from.startsWith("gen_ai.server.");

function perToken(decode: Read | null, output: Read | null): Read | null {
  if (decode === null || output === null || output.value <= 1) return null;
  return {
    value: decode.value / (output.value - 1),
    from: `decode divided by ${output.value - 1} tokens after the first`,
  };
}

/** The value that is nearest to the engine, under the first of the keys that any span has. */
function readFrom<Value>(
  spans: readonly TraceSpan[],
  keys: readonly string[],
  read: (value: string | number | boolean) => Value | null,
): Read<Value> | null {
  for (const key of keys)
    for (const { attributes, service } of spans) {
      const given = attributes[key];
      const value = given === undefined ? null : read(given);
      if (value !== null) return { value, from: `${key} of ${service}` };
    }
  return null;
}

function toNumber(value: string | number | boolean): number | null {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number : null;
}

/** Lists come as JSON. */
function toWords(value: string | number | boolean): string | null {
  const text = String(value);
  if (text === "") return null;
  if (!text.startsWith("[")) return text;
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String).join(", ") : text;
  } catch {
    return text;
  }
}

function versionOfProcess(spans: readonly TraceSpan[], trace: TraceView): Read<string> | null {
  const [inner] = spans;
  const process = trace.processes.find(({ id }) => id === inner?.process);
  const version = process?.attributes["service.version"];
  return version === undefined
    ? null
    : { value: String(version), from: `service.version of ${process!.service}` };
}

function partsOf({
  trace,
  chain,
  parents,
  spans,
  hops,
  ttft,
  queue,
  prefill,
  decode,
}: {
  trace: TraceView;
  chain: readonly number[];
  parents: readonly number[];
  spans: readonly TraceSpan[];
  hops: readonly Hop[];
  ttft: Read | null;
  queue: Read | null;
  prefill: Read | null;
  decode: Read | null;
}): Part[] {
  const parts: Part[] = [];
  const around = spans.at(-1)!;
  const server = spans.find(({ spanId }) => spanId === hops.find(({ kind }) => kind === "server")?.spanId);
  if (server !== undefined && server !== around && server.duration <= around.duration)
    parts.push({
      id: "before",
      label: "Network and what is in between",
      seconds: seconds(around) - seconds(server),
      from: `the span of ${around.service} less that of ${server.service}`,
    });
  const inChain = new Set(chain);
  const tokenizing = trace.spans.filter(
    ({ operation }, index) =>
      /^(?!.*de-?tokeni).*tokeni[sz]/i.test(operation) && inChain.has(parents[index]!),
  );
  const [first] = tokenizing;
  if (first !== undefined)
    parts.push({
      id: "tokenizing",
      label: "Tokenizing",
      seconds: tokenizing.reduce((sum, span) => sum + seconds(span), 0),
      from: `the span ${first.operation} of ${first.service}`,
    });
  if (queue !== null)
    parts.push({ id: "queueing", label: "Queueing", seconds: queue.value, from: queue.from });
  const known = prefill ?? prefillOf(ttft, queue);
  if (known !== null) parts.push({ id: "prefill", label: "Prefill", seconds: known.value, from: known.from });
  if (decode !== null)
    parts.push({ id: "decode", label: "Decode", seconds: decode.value, from: decode.from });
  return parts;
}

function prefillOf(ttft: Read | null, queue: Read | null): Read | null {
  if (ttft === null || !isEngines(ttft)) return null;
  return queue === null
    ? { value: ttft.value, from: `${ttft.from}, queueing included` }
    : { value: Math.max(0, ttft.value - queue.value), from: `${ttft.from} less queueing` };
}

const names: readonly (readonly [HopKind, RegExp])[] = [
  ["load balancer", /load[-_ .]?balanc|haproxy|nginx|(^|[-_ .])lb([-_ .]|$)|router/i],
  ["gateway", /gateway|kong|envoy|litellm|ingress|apisix|traefik|(^|[-_ .])gw([-_ .]|$)/i],
  ["model", /(^|[-_ .])model([-_ .]|$)|engine/i],
];

/** Which hop a run of spans of one service is, and by what. */
function kindOf(
  group: readonly TraceSpan[],
  isFirst: boolean,
  isLast: boolean,
): { kind: Hop["kind"]; why: string } {
  const [first] = group as [TraceSpan, ...TraceSpan[]];
  if (isFirst && first.kind === "client") return { kind: "client", why: "the first span, of kind client" };
  const named = names.find(([kind, pattern]) => pattern.test(first.service) && (kind !== "model" || isLast));
  if (named !== undefined) return { kind: named[0], why: "by its name" };
  if (
    first.kind === "server" &&
    group.some(({ attributes }) => Object.keys(attributes).some((key) => key.startsWith("gen_ai.")))
  )
    return { kind: "server", why: "a server's span with gen_ai attributes" };
  if (isLast && group.some(tells)) return { kind: "server", why: "it has the engine's figures" };
  return { kind: "other", why: "its name and attributes do not say what it is" };
}

const missingWords: Record<HopKind, string> = {
  client: "No client's span: clients are not traced, or their headers do not arrive.",
  gateway: "No span of a gateway: there is none, it is not traced, or its name does not tell.",
  "load balancer": "No span of a load balancer: there is none, it is not traced, or its name does not tell.",
  server: "No span of the model server's HTTP side.",
  model: "No span of the engine, as vLLM's with --otlp-traces-endpoint.",
};

/** The hops from the outermost span to the innermost, with gaps for those of the usual chain that are not there. */
function hopsOf(outermostFirst: readonly TraceSpan[]): Hop[] {
  const groups: TraceSpan[][] = [];
  for (const span of outermostFirst) {
    const last = groups.at(-1);
    if (last?.[0]?.service === span.service) last.push(span);
    else groups.push([span]);
  }
  const present = groups.map((group, index): Hop => {
    const [first] = group as [TraceSpan, ...TraceSpan[]];
    const { kind, why } = kindOf(group, index === 0, index === groups.length - 1);
    const next = groups[index + 1]?.[0];
    return {
      kind,
      service: first.service,
      spanId: first.spanId,
      duration: seconds(first),
      // Who gave up ends before those that still work for it: then nothing tells how long was its own.
      own: next === undefined || next.duration > first.duration ? null : seconds(first) - seconds(next),
      why,
    };
  });
  const hops: Hop[] = [];
  let at = 0;
  for (const hop of present) {
    const rank = hop.kind === "other" ? -1 : hopKinds.indexOf(hop.kind);
    if (rank >= at) {
      hops.push(...hopKinds.slice(at, rank).map(missingHop));
      at = rank + 1;
    }
    hops.push(hop);
  }
  hops.push(...hopKinds.slice(at).map(missingHop));
  return hops;
}

const missingHop = (kind: HopKind): Hop => ({
  kind,
  service: null,
  spanId: null,
  duration: null,
  own: null,
  why: missingWords[kind],
});
