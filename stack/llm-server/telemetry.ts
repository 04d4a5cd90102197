import {
  type Attributes,
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

export type Telemetry = {
  /** A tracer whose spans belong to this service (`service.name`), with its own resource and exporter. */
  tracer(service: string, resource?: Attributes): Tracer;
  /** Sends what is left; gives up after a second, so that a missing collector does not hold up the end. */
  shutdown(): Promise<void>;
};

const EXPORT_EVERY_MS = 1000;
const SHUTDOWN_MS = 1000;

/**
 * Traces by the OpenTelemetry SDK, sent as OTLP protobuf to `<endpoint>/v1/traces`; without an endpoint there are no
 * spans. A collector that is away costs nothing but the spans of that time: the queue is bounded and the SDK's
 * diagnostics stay off.
 */
export function createTelemetry(endpoint: string | undefined, instance: string): Telemetry {
  if (endpoint === undefined) return { tracer: () => trace.getTracer("off"), shutdown: async () => {} };
  const providers: NodeTracerProvider[] = [];
  return {
    tracer(service, resource = {}) {
      const exporter = new OTLPTraceExporter({
        url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
        timeoutMillis: 4000,
      });
      const provider = new NodeTracerProvider({
        resource: resourceFromAttributes({
          "service.name": service,
          "service.instance.id": instance,
          "deployment.environment.name": "demo",
          ...resource,
        }),
        spanProcessors: [
          new BatchSpanProcessor(exporter, {
            scheduledDelayMillis: EXPORT_EVERY_MS,
            maxQueueSize: 4096,
            exportTimeoutMillis: 5000,
          }),
        ],
      });
      // Contexts are handed over as arguments, so no context manager; registering sets the W3C propagator.
      if (providers.length === 0) provider.register({ contextManager: null });
      providers.push(provider);
      return provider.getTracer(service === "model" ? "vllm.llm_engine" : "inferscope-demo");
    },
    async shutdown() {
      const sent = Promise.allSettled(providers.map((provider) => provider.shutdown()));
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([
        sent,
        new Promise<void>((resolve) => {
          timer = setTimeout(resolve, SHUTDOWN_MS);
        }),
      ]);
      clearTimeout(timer);
    },
  };
}

/** The context in a request's `traceparent` and `tracestate`; the root context if it has none. */
export function contextOf(headers: NodeJS.Dict<string | string[]>): Context {
  return propagation.extract(ROOT_CONTEXT, headers);
}

/** The headers with which a request goes on under `span`. */
export function traceHeaders(span: Span): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(trace.setSpan(ROOT_CONTEXT, span), headers);
  return headers;
}

/** The trace id of a span that is recorded, for exemplars; undefined where there is no such trace to look at. */
export function sampledTraceId(span: Span): string | undefined {
  return span.isRecording() ? span.spanContext().traceId : undefined;
}

/** The span of an HTTP request that a server answers. `at` is Unix seconds. */
export function startServerSpan(
  tracer: Tracer,
  request: { method: string; path: string; headers: NodeJS.Dict<string | string[]> },
  at: number,
): Span {
  const attributes: Attributes = {
    "http.request.method": request.method,
    "http.route": request.path,
    "url.path": request.path,
    "url.scheme": "http",
  };
  const [host, port] = String(request.headers.host ?? "").split(":");
  if (host) attributes["server.address"] = host;
  if (port) attributes["server.port"] = Number(port);
  return tracer.startSpan(
    `${request.method} ${request.path}`,
    { kind: SpanKind.SERVER, startTime: at * 1000, attributes },
    contextOf(request.headers),
  );
}

/**
 * Ends a span with the status of its HTTP answer, as the semantic conventions have it: 5xx is an error for whoever
 * answered, 4xx for whoever asked. `at` is Unix seconds.
 */
export function endHttpSpan(
  span: Span,
  answer: {
    status: number;
    errorType?: string | undefined;
    detail?: string | undefined;
    kind: "server" | "client";
  },
  at: number,
): void {
  const { status, errorType, detail, kind } = answer;
  if (status > 0) span.setAttribute("http.response.status_code", status);
  const failed = status === 0 || status >= (kind === "client" ? 400 : 500) || (status < 400 && errorType);
  if (errorType || failed) span.setAttribute("error.type", errorType ?? String(status || "connection"));
  if (failed) span.setStatus({ code: SpanStatusCode.ERROR, ...(detail ? { message: detail } : {}) });
  span.end(at * 1000);
}
