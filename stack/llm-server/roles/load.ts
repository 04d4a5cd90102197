import { type Attributes, SpanKind, type Tracer } from "@opentelemetry/api";
import type { Logger } from "pino";
import { type ClientRequest, Traffic, type TrafficOptions } from "../arrivals";
import { CHARACTERS_PER_TOKEN } from "../chat";
import { call, clock, close, createServer, listen, sendJson } from "../http";
import { ScenarioBook } from "../scenario";
import { scenarioRoutes } from "../scenario-routes";
import { endHttpSpan, type Telemetry, traceHeaders } from "../telemetry";
import { createAgent } from "./proxy";
import type { Running } from "./running";

export type LoadOptions = {
  host: string;
  port: number;
  /** The gateway. */
  upstream: string;
  model: string;
  traffic: TrafficOptions;
  telemetry: Telemetry;
  log: Logger;
};

// More than the longest queue that a server allows: past it the client is the bottleneck, and says so.
const MOST_IN_FLIGHT = 3000;
const CLIENT_TIMEOUT_MS = 150_000;
const REPORT_EVERY_MS = 60_000;
const WAIT_FOR_READY_MS = 500;

// Prompts have a length and nothing to say; a slice of this is one.
const filler = "all work and no play ".repeat(2000);
/** What the chat template and the message's frame add to a prompt, see `countPromptTokens`. */
const FRAME_TOKENS = 4;

/** Users of the demo: Poisson arrivals through the gateway, streaming or not, each under a span of its own. */
export async function startLoad(options: LoadOptions): Promise<Running> {
  const { log, upstream } = options;
  const tracer = options.telemetry.tracer("llm-client");
  const agent = createAgent();
  const scenarios = new ScenarioBook();
  const counts = { sent: 0, answered: 0, failed: 0, left: 0 };
  const stopped = new AbortController();
  let inFlight = 0;
  let timer: NodeJS.Timeout | undefined;

  const server = createServer(
    {
      "GET /health/live": (_request, response) => sendJson(response, 200, { status: "live" }),
      "GET /health/ready": (_request, response) =>
        sendJson(response, 200, { status: "ready", inFlight, ...counts }),
      ...scenarioRoutes(
        scenarios,
        { instance: "load" },
        ({ kind }) => kind === "longer_prompts",
        () => {},
      ),
    },
    log,
  );
  const port = await listen(server, options.host, options.port);

  async function send(request: ClientRequest): Promise<void> {
    if (inFlight >= MOST_IN_FLIGHT) return;
    inFlight++;
    counts.sent++;
    try {
      const ended = await complete(tracer, options, request, agent, stopped.signal);
      counts[ended]++;
    } finally {
      inFlight--;
    }
  }

  let traffic: Traffic | null = null;
  let next: ClientRequest;
  function run(): void {
    const now = clock();
    traffic ??= new Traffic(options.traffic, now);
    next ??= traffic.next();
    while (next.at <= now) {
      void send(next);
      traffic.promptFactor = scenarios
        .of("longer_prompts", null, now)
        .reduce((product, { factor }) => product * factor, 1);
      next = traffic.next();
    }
    timer = setTimeout(run, Math.max(1, (next.at - clock()) * 1000));
  }

  async function begin(): Promise<void> {
    const ready = await call({ url: `${upstream}/health/ready`, method: "GET", agent, timeoutMs: 1000 }).then(
      ({ status, body }) => {
        body.resume();
        return status === 200;
      },
      () => false,
    );
    if (stopped.signal.aborted) return;
    timer = ready ? setTimeout(run) : setTimeout(() => void begin(), WAIT_FOR_READY_MS);
  }
  const report = setInterval(() => log.info({ inFlight, ...counts }, "load"), REPORT_EVERY_MS);
  void begin();
  log.info({ port, upstream, rate: options.traffic.rate }, "listening");
  return {
    port,
    async stop() {
      stopped.abort();
      clearTimeout(timer);
      clearInterval(report);
      await close(server);
      agent.destroy();
    },
  };
}

async function complete(
  tracer: Tracer,
  { upstream, model }: LoadOptions,
  request: ClientRequest,
  agent: ReturnType<typeof createAgent>,
  stopped: AbortSignal,
): Promise<"answered" | "failed" | "left"> {
  const { user, maxTokens, temperature, stream, promptTokens, patience } = request;
  const startedAt = clock();
  const { hostname, port } = new URL(upstream);
  const attributes: Attributes = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "vllm",
    "gen_ai.request.model": model,
    "gen_ai.request.max_tokens": maxTokens,
    "gen_ai.request.temperature": temperature,
    "gen_ai.request.stream": stream,
    "http.request.method": "POST",
    "url.path": "/v1/chat/completions",
    "server.address": hostname,
    "server.port": Number(port),
    "user.id": user,
  };
  const span = tracer.startSpan(`chat ${model}`, {
    kind: SpanKind.CLIENT,
    startTime: startedAt * 1000,
    attributes,
  });
  const content = filler.slice(0, (promptTokens - FRAME_TOKENS) * CHARACTERS_PER_TOKEN);
  const body = JSON.stringify({
    model,
    messages: [{ role: "user", content }],
    max_tokens: maxTokens,
    temperature,
    user,
    ...(stream ? { stream, stream_options: { include_usage: true } } : {}),
  });
  const patienceMs = patience === null ? CLIENT_TIMEOUT_MS : patience * 1000;
  const signal = AbortSignal.any([
    stopped,
    AbortSignal.timeout(Math.ceil(Math.min(patienceMs, CLIENT_TIMEOUT_MS))),
  ]);
  try {
    const answer = await call({
      url: `${upstream}/v1/chat/completions`,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        ...traceHeaders(span),
      },
      body,
      agent,
      signal,
    });
    const version = answer.headers["x-model-version"];
    if (typeof version === "string") span.setAttribute("model.version", version);
    let tail = "";
    let first = true;
    for await (const chunk of answer.body) {
      if (first && stream && answer.status === 200) {
        span.setAttribute("gen_ai.response.time_to_first_chunk", clock() - startedAt);
      }
      first = false;
      // The usage and an error stand in the last events.
      tail = (tail + chunk).slice(-1500);
    }
    const inStream =
      answer.status === 200 ? /data: \{"error":\{.*?"type":"(\w+)"/.exec(tail)?.[1] : undefined;
    const errorType = answer.status === 200 ? inStream : (/"type":"(\w+)"/.exec(tail)?.[1] ?? undefined);
    const output = /"completion_tokens":(\d+)/.exec(tail)?.[1];
    const input = /"prompt_tokens":(\d+)/.exec(tail)?.[1];
    const finish = /"finish_reason":"(\w+)"/.exec(tail)?.[1];
    span.setAttributes({
      ...(output ? { "gen_ai.usage.output_tokens": Number(output) } : {}),
      ...(input ? { "gen_ai.usage.input_tokens": Number(input) } : {}),
      ...(finish ? { "gen_ai.response.finish_reasons": [finish] } : {}),
    });
    endHttpSpan(span, { status: answer.status, errorType, kind: "client" }, clock());
    return answer.status === 200 && !inStream ? "answered" : "failed";
  } catch (error) {
    const left = signal.aborted && patience !== null;
    const errorType = left ? "cancelled" : "connection";
    endHttpSpan(span, { status: 0, errorType, detail: (error as Error).message, kind: "client" }, clock());
    return left ? "left" : "failed";
  }
}
