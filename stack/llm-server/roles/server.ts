import { randomUUID } from "node:crypto";
import type http from "node:http";
import { type Attributes, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import type { Logger } from "pino";
import { Traffic } from "../arrivals";
import {
  answerText,
  type ChatRequest,
  chatRequestSchema,
  countPromptTokens,
  DEFAULT_MAX_TOKENS,
} from "../chat";
import { type Deployment, MAX_MODEL_LENGTH } from "../deployment";
import type { Sequence } from "../engine";
import { contentTypes, negotiateFormat, renderRegistry } from "../exposition";
import { replicaRequest, type SavedReplica } from "../history";
import { clock, close, createServer, listen, readBody, send, sendJson } from "../http";
import { createRandom, hash32 } from "../random";
import { errorStatus, type Outcome, Replica } from "../replica";
import { scenarioRoutes } from "../scenario-routes";
import { contextOf, endHttpSpan, sampledTraceId, startServerSpan, type Telemetry } from "../telemetry";
import type { Running } from "./running";

export type ServerOptions = {
  host: string;
  port: number;
  deployment: Deployment;
  seed: number;
  /** Seconds after the start in which the server answers 503, model loading. */
  loadSeconds: number;
  /** The replica to go on from. If its time is yet to come, the server is loading until then. */
  saved?: SavedReplica | undefined;
  /** Mean requests per second of the whole demo, for the time between the saved state and the first real request. */
  rate: number;
  telemetry: Telemetry;
  log: Logger;
};

const STAND_IN_SECONDS = 30;
const FLUSH_SECONDS = 0.25;
const IDLE_SECONDS = 1;
const TIMER_SLACK_MS = 0.5;

type Conversation = {
  id: string;
  response: http.ServerResponse;
  arrivedAt: number;
  stream: boolean;
  includeUsage: boolean;
  promptTokens: number;
  request: ChatRequest;
  sequence: Sequence | null;
  sent: number;
  flushedAt: number;
  span: Span;
};

/** Chat completions of one replica in real time: its events answer the requests, and its series are `/metrics`. */
export async function startServer(options: ServerOptions): Promise<Running> {
  const { deployment, telemetry, log } = options;
  const resource = { "service.version": deployment.version };
  const tracer = telemetry.tracer("inference-server", resource);
  const modelTracer = telemetry.tracer("model", resource);
  const startedAt = clock();
  const conversations = new Map<string, Conversation>();

  const { saved } = options;
  const replica = new Replica(
    deployment,
    options.seed,
    saved?.state.at ?? startedAt,
    {
      firstToken(sequence) {
        const conversation = conversations.get(sequence.id);
        if (conversation) conversation.sequence = sequence;
      },
      ended: (outcome) => answer(outcome),
    },
    saved?.state,
  );

  // From the saved state to the first real request the same traffic goes on, without clients, so that the series do
  // not show how long the start took.
  const loadedAt = Math.max(startedAt + options.loadSeconds, saved?.state.at ?? 0);
  let standIn = saved ? createStandIn(options, saved.state.at) : null;
  let timer: NodeJS.Timeout | undefined;

  function wake(): void {
    const now = clock();
    if (standIn && now > loadedAt + STAND_IN_SECONDS) standIn = null;
    standIn?.submitUpTo(replica, now);
    replica.advance(now);
    let streaming = false;
    for (const conversation of conversations.values()) {
      if (!conversation.stream) continue;
      streaming = true;
      flush(conversation, now);
    }
    const soonest = now + (streaming ? FLUSH_SECONDS : IDLE_SECONDS);
    const next = Math.min(soonest, replica.nextEventAt() ?? soonest);
    clearTimeout(timer);
    timer = setTimeout(wake, Math.max(1, (next - now) * 1000 + TIMER_SLACK_MS));
  }

  function flush(conversation: Conversation, now: number): void {
    const { sequence, sent } = conversation;
    if (!sequence || sequence.generated <= sent) return;
    if (sent > 0 && now - conversation.flushedAt < FLUSH_SECONDS) return;
    writeTokens(conversation, sequence.generated);
    conversation.flushedAt = now;
  }

  function writeTokens(conversation: Conversation, upTo: number): void {
    const { response, sent, id } = conversation;
    if (!response.headersSent) startStream(response, deployment.version);
    if (sent === 0) writeChunk(conversation, { role: "assistant" }, null);
    if (upTo > sent) writeChunk(conversation, { content: answerText(hash32(id) % 1000, sent, upTo) }, null);
    conversation.sent = upTo;
  }

  function writeChunk(conversation: Conversation, delta: object, finishReason: string | null): void {
    const choice = { index: 0, delta, finish_reason: finishReason };
    conversation.response.write(
      `data: ${JSON.stringify({ ...envelope(conversation, true), choices: [choice] })}\n\n`,
    );
  }

  function envelope({ id, arrivedAt }: Conversation, chunk: boolean) {
    return {
      id,
      object: chunk ? "chat.completion.chunk" : "chat.completion",
      created: Math.floor(arrivedAt),
      model: deployment.model,
      system_fingerprint: deployment.version,
    };
  }

  function answer(outcome: Outcome): void {
    const conversation = conversations.get(outcome.id);
    if (!conversation) return;
    conversations.delete(outcome.id);
    const { response, sequence } = conversation;
    const generated = (sequence ?? outcome.sequence)?.generated ?? 0;
    let status = response.headersSent ? 200 : 0;
    if (outcome.error) {
      status ||= errorStatus[outcome.error];
      const error = errorBody(outcome.error, outcome.detail, status);
      if (response.headersSent) response.end(`data: ${JSON.stringify(error)}\n\ndata: [DONE]\n\n`);
      else sendJson(response, status, error);
    } else if (outcome.reason === "abort") {
      response.destroy();
    } else {
      status = 200;
      complete(conversation, generated, outcome.reason === "length" ? "length" : "stop");
    }
    endSpans(conversation, outcome, status);
  }

  function complete(conversation: Conversation, generated: number, finishReason: string): void {
    const { response, promptTokens, stream, id } = conversation;
    const usage = {
      prompt_tokens: promptTokens,
      completion_tokens: generated,
      total_tokens: promptTokens + generated,
    };
    if (!stream) {
      response.setHeader("x-model-version", deployment.version);
      const message = { role: "assistant", content: answerText(hash32(id) % 1000, 0, generated) };
      const choices = [{ index: 0, message, finish_reason: finishReason }];
      sendJson(response, 200, { ...envelope(conversation, false), choices, usage });
      return;
    }
    writeTokens(conversation, generated);
    writeChunk(conversation, {}, finishReason);
    if (conversation.includeUsage) {
      response.write(`data: ${JSON.stringify({ ...envelope(conversation, true), choices: [], usage })}\n\n`);
    }
    response.end("data: [DONE]\n\n");
  }

  function endSpans(conversation: Conversation, outcome: Outcome, status: number): void {
    const { span, arrivedAt } = conversation;
    const sequence = outcome.sequence;
    if (span.isRecording()) {
      recordGeneration(tracer, modelTracer, span, deployment, conversation, outcome);
      if (sequence) span.setAttributes(latencies(sequence, outcome.at));
    }
    const end = Math.max(clock(), outcome.at, arrivedAt);
    endHttpSpan(
      span,
      {
        status: status || 499,
        errorType: outcome.error ?? undefined,
        detail: outcome.detail,
        kind: "server",
      },
      end,
    );
  }

  async function chat(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const body = await readBody(request);
    const now = clock();
    if (replica.isLost(now)) return void request.socket.destroy();
    const loading = loadingReason(now);
    const span = startServerSpan(
      tracer,
      { method: "POST", path: "/v1/chat/completions", headers: request.headers },
      now,
    );
    span.setAttributes({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "vllm",
      "model.version": deployment.version,
      "gpu.ids": [...deployment.gpus],
    });
    if (loading) {
      response.setHeader("retry-after", "2");
      sendJson(response, 503, errorBody("unavailable", loading, 503));
      return endHttpSpan(
        span,
        { status: 503, errorType: "unavailable", detail: loading, kind: "server" },
        clock(),
      );
    }
    // The real requests are here; those that stood in for them are not needed any more.
    standIn = null;
    const parsed = parseChat(body, deployment.model);
    const id = `chatcmpl-${randomUUID()}`;
    const promptTokens = parsed.request ? countPromptTokens(parsed.request) : 0;
    const maxTokens =
      parsed.request?.max_completion_tokens ?? parsed.request?.max_tokens ?? DEFAULT_MAX_TOKENS;
    const user = parsed.request?.user ?? null;
    span.setAttributes({
      "gen_ai.request.model": parsed.request?.model ?? deployment.model,
      "gen_ai.request.max_tokens": maxTokens,
      "gen_ai.usage.input_tokens": promptTokens,
      ...(user ? { "user.id": user } : {}),
      ...(parsed.request?.stream ? { "gen_ai.request.stream": true } : {}),
    });
    const refused = replica.submit(
      {
        id,
        user,
        promptTokens,
        maxTokens,
        fault: parsed.fault,
        patience: null,
        traceId: sampledTraceId(span),
      },
      now,
    );
    if (refused?.error) {
      const status = parsed.status ?? errorStatus[refused.error];
      if (refused.error === "rate_limit") response.setHeader("retry-after", "1");
      sendJson(response, status, errorBody(refused.error, refused.detail, status));
      endHttpSpan(
        span,
        { status, errorType: refused.error, detail: refused.detail, kind: "server" },
        clock(),
      );
      return wake();
    }
    const conversation: Conversation = {
      id,
      response,
      arrivedAt: now,
      stream: parsed.request?.stream ?? false,
      includeUsage: parsed.request?.stream_options?.include_usage ?? false,
      promptTokens,
      request: parsed.request!,
      sequence: null,
      sent: 0,
      flushedAt: 0,
      span,
    };
    conversations.set(id, conversation);
    response.once("close", () => {
      if (conversations.has(id)) replica.abandon(id, clock());
    });
    wake();
  }

  function loadingReason(now: number): string | null {
    return now < loadedAt ? "model loading" : null;
  }

  function ready(_request: http.IncomingMessage, response: http.ServerResponse): void {
    const reason = loadingReason(clock()) ?? (replica.isLowOnMemory() ? "low memory" : null);
    const { instance, version } = deployment;
    sendJson(response, reason ? 503 : 200, {
      status: reason ? "not ready" : "ready",
      ...(reason ? { reason } : {}),
      instance,
      version,
    });
  }

  const server = createServer(
    {
      "POST /v1/chat/completions": chat,
      "GET /v1/models": (_request, response) =>
        sendJson(response, 200, {
          object: "list",
          data: [
            {
              id: deployment.model,
              object: "model",
              created: Math.floor(startedAt),
              owned_by: "vllm",
              root: deployment.model,
              parent: null,
              max_model_len: MAX_MODEL_LENGTH,
            },
          ],
        }),
      "GET /health/live": (_request, response) => sendJson(response, 200, { status: "live" }),
      "GET /health/ready": ready,
      "GET /metrics": (request, response) => {
        const format = negotiateFormat(request.headers.accept);
        const now = clock();
        standIn?.submitUpTo(replica, now);
        replica.collect(now);
        send(response, 200, renderRegistry(replica.metrics.registry, format), contentTypes[format]);
      },
      ...scenarioRoutes(
        replica.scenarios,
        { instance: deployment.instance, version: deployment.version },
        (scenario) =>
          scenario.kind !== "longer_prompts" &&
          (!("version" in scenario) || (scenario.version ?? deployment.version) === deployment.version) &&
          (!("gpu" in scenario) || scenario.gpu === undefined || deployment.gpus.includes(scenario.gpu)),
        () => {
          if (replica.isLost(clock())) for (const { response } of conversations.values()) response.destroy();
        },
      ),
    },
    log,
    // A lost replica answers nobody but who gives it back.
    (path) => path === "/scenario" || !replica.isLost(clock()),
  );
  const port = await listen(server, options.host, options.port);
  wake();
  log.info({ port, version: deployment.version, instance: deployment.instance }, "listening");
  return {
    port,
    async stop() {
      clearTimeout(timer);
      await close(server);
      clearTimeout(timer);
    },
  };
}

/** This replica's share of the demo's traffic, made up here. */
function createStandIn(options: ServerOptions, from: number) {
  const traffic = new Traffic({ seed: options.seed, rate: options.rate }, from);
  const balance = createRandom(options.seed, `${options.deployment.instance}/stand-in`);
  let next = traffic.next();
  let count = 0;
  return {
    submitUpTo(replica: Replica, now: number): void {
      while (next.at <= now) {
        if (balance.uniform() < 0.5) replica.submit(replicaRequest(next, `s${count++}`), next.at);
        next = traffic.next();
      }
    },
  };
}

function startStream(response: http.ServerResponse, version: string): void {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
    "x-model-version": version,
  });
}

/** An error as OpenAI's API and vLLM write it. */
function errorBody(type: string, message: string, status: number) {
  return { error: { message, type, param: null, code: status } };
}

function parseChat(
  body: Buffer,
  model: string,
): { request: ChatRequest | null; fault: string | null; status?: number } {
  let json: unknown;
  try {
    json = JSON.parse(body.toString("utf8"));
  } catch (error) {
    return { request: null, fault: `The body is not JSON: ${(error as Error).message}.` };
  }
  const parsed = chatRequestSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    return { request: null, fault: `${issue.path.join(".") || "body"}: ${issue.message}.` };
  }
  if (parsed.data.model !== model) {
    return {
      request: parsed.data,
      fault: `The model ${parsed.data.model} does not exist here.`,
      status: 404,
    };
  }
  return { request: parsed.data, fault: null };
}

/** vLLM's latencies of a request, in seconds; those of phases that it did not reach are left out. */
function latencies(sequence: Sequence, at: number): Attributes {
  const { arrivedAt, queuedAt, scheduledAt, firstTokenAt, lastTokenAt } = sequence;
  return {
    "gen_ai.latency.e2e": at - arrivedAt,
    ...(scheduledAt !== null ? { "gen_ai.latency.time_in_queue": scheduledAt - queuedAt } : {}),
    ...(firstTokenAt !== null ? { "gen_ai.latency.time_to_first_token": firstTokenAt - arrivedAt } : {}),
    ...(scheduledAt !== null && firstTokenAt !== null && lastTokenAt !== null
      ? {
          "gen_ai.latency.time_in_model_prefill": firstTokenAt - scheduledAt,
          "gen_ai.latency.time_in_model_decode": lastTokenAt - firstTokenAt,
          "gen_ai.latency.time_in_model_inference": lastTokenAt - scheduledAt,
        }
      : {}),
  };
}

/** The spans under the server's: `tokenize`, `generate`, and in the service `model` vLLM's `llm_request`. */
function recordGeneration(
  tracer: Tracer,
  modelTracer: Tracer,
  parent: Span,
  deployment: Deployment,
  conversation: Conversation,
  { sequence, at, error, detail, reason }: Outcome,
): void {
  const under = (span: Span) => trace.setSpan(contextOf({}), span);
  const tokenizedAt = sequence?.queuedAt ?? at;
  const tokenize = tracer.startSpan(
    "tokenize",
    {
      startTime: conversation.arrivedAt * 1000,
      attributes: { "gen_ai.usage.input_tokens": conversation.promptTokens },
    },
    under(parent),
  );
  tokenize.end(tokenizedAt * 1000);
  if (!sequence) return;
  const { request } = conversation;
  const attributes: Attributes = {
    "gen_ai.request.model": request.model,
    "gen_ai.response.model": deployment.model,
    "gen_ai.response.id": conversation.id,
    "gen_ai.usage.output_tokens": sequence.generated,
    "model.version": deployment.version,
    "gpu.ids": [...deployment.gpus],
  };
  if (reason) attributes["gen_ai.response.finish_reasons"] = [reason];
  parent.setAttributes(attributes);
  const generate = tracer.startSpan(
    "generate",
    { startTime: sequence.queuedAt * 1000, attributes },
    under(parent),
  );
  const model = modelTracer.startSpan(
    "llm_request",
    {
      kind: SpanKind.SERVER,
      startTime: sequence.queuedAt * 1000,
      attributes: {
        ...attributes,
        ...latencies(sequence, at),
        "gen_ai.request.id": conversation.id,
        "gen_ai.request.n": 1,
        "gen_ai.request.max_tokens":
          request.max_completion_tokens ?? request.max_tokens ?? DEFAULT_MAX_TOKENS,
        ...(typeof request.temperature === "number"
          ? { "gen_ai.request.temperature": request.temperature }
          : {}),
        "gen_ai.usage.num_sequences": 1,
        "gen_ai.usage.prompt_tokens": sequence.promptTokens,
        "gen_ai.usage.completion_tokens": sequence.generated,
        "gen_ai.usage.input_tokens": sequence.promptTokens,
        "gen_ai.usage.cache_read.input_tokens": sequence.cachedTokens,
      },
    },
    under(generate),
  );
  if (sequence.scheduledAt !== null) model.addEvent("scheduled", {}, sequence.scheduledAt * 1000);
  if (sequence.firstTokenAt !== null) model.addEvent("first_token", {}, sequence.firstTokenAt * 1000);
  if (sequence.preemptions > 0) model.setAttribute("llm.preemptions", sequence.preemptions);
  for (const span of [model, generate]) {
    if (error) {
      span.setAttribute("error.type", error);
      span.setStatus({ code: SpanStatusCode.ERROR, message: detail });
    }
    span.end(at * 1000);
  }
}
