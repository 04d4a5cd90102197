import { gzipSync } from "node:zlib";

/** A span in OTLP's JSON mapping, as tests send it. */
export type SampleSpan = Record<string, unknown> & { traceId: string; spanId: string };

export const BASE_SECONDS = 1_760_000_000;
export const BASE_NANO = BigInt(BASE_SECONDS) * 1_000_000_000n;

/** Returns a span that started `startMs` after the base time and took `durationMs`. */
export function sampleSpan(
  span: Partial<SampleSpan> & { startMs?: number; durationMs?: number },
  ids: { traceId: string; spanId: string },
): SampleSpan {
  const { startMs = 0, durationMs = 10, ...rest } = span;
  const start = BASE_NANO + BigInt(Math.round(startMs * 1e6));
  return {
    name: "work",
    kind: 1,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + BigInt(Math.round(durationMs * 1e6))),
    ...rest,
    ...ids,
  };
}

export function traceIdOf(number: number): string {
  return number.toString(16).padStart(32, "0");
}

export function spanIdOf(number: number): string {
  return number.toString(16).padStart(16, "0");
}

export function textAttribute(key: string, value: string): object {
  return { key, value: { stringValue: value } };
}

/** Returns an ExportTraceServiceRequest in which every service has one resource and one scope. */
export function sampleRequest(byService: Record<string, SampleSpan[]>): object {
  return {
    resourceSpans: Object.entries(byService).map(([service, spans]) => ({
      resource: {
        attributes: [textAttribute("service.name", service), textAttribute("host.name", "node-1")],
      },
      scopeSpans: [{ scope: { name: "sample", version: "1.0" }, spans }],
    })),
  };
}

/** Sends a request as OTLP/HTTP JSON and returns the answer. */
export function sendJsonTraces(
  port: number,
  body: unknown,
  options: { gzip?: boolean; headers?: Record<string, string> } = {},
): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return fetch(`http://127.0.0.1:${port}/v1/traces`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(options.gzip ? { "content-encoding": "gzip" } : {}),
      ...options.headers,
    },
    body: options.gzip ? gzipSync(text) : text,
  });
}

/**
 * Returns one request of a chat service: client → gateway → server (with a child) in three services, the server's
 * call failing when asked to.
 */
export function chatTrace(
  number: number,
  options: { startMs: number; isFailed?: boolean },
): Record<string, SampleSpan[]> {
  const traceId = traceIdOf(number);
  const ids = (span: number) => ({ traceId, spanId: spanIdOf(number * 16 + span) });
  const at = (offsetMs: number) => options.startMs + offsetMs;
  return {
    "llm-client": [sampleSpan({ name: "chat", kind: 3, startMs: at(0), durationMs: 400 }, ids(1))],
    "api-gateway": [
      sampleSpan(
        {
          name: "POST /v1/chat/completions",
          kind: 2,
          startMs: at(5),
          durationMs: 380,
          parentSpanId: ids(1).spanId,
        },
        ids(2),
      ),
    ],
    "inference-server": [
      sampleSpan(
        {
          name: "llm_request",
          kind: 2,
          startMs: at(10),
          durationMs: 360,
          parentSpanId: ids(2).spanId,
          attributes: [
            textAttribute("gen_ai.request.model", "llama-3.1-8b-instruct"),
            { key: "gen_ai.usage.output_tokens", value: { intValue: String(100 + number) } },
            { key: "gen_ai.request.stream", value: { boolValue: true } },
            { key: "gen_ai.latency.time_to_first_token", value: { doubleValue: 0.125 } },
            {
              key: "gen_ai.response.finish_reasons",
              value: { arrayValue: { values: [{ stringValue: "stop" }] } },
            },
          ],
          events: [
            {
              timeUnixNano: String(BASE_NANO + BigInt(Math.round(at(50) * 1e6))),
              name: "first_token",
              attributes: [{ key: "batch.size", value: { intValue: "8" } }],
            },
          ],
          ...(options.isFailed ? { status: { code: 2, message: "out of memory" } } : {}),
        },
        ids(3),
      ),
      sampleSpan({ name: "generate", startMs: at(60), durationMs: 250, parentSpanId: ids(3).spanId }, ids(4)),
    ],
  };
}
