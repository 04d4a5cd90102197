import { z } from "zod";
import { route } from "@/lib/api/route";
import { findTrace } from "@/lib/traces/queries";
import { traceAnswerSchema } from "@/lib/traces/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/traces/{trace}",
  tag: "Traces",
  summary: "Show a trace",
  description:
    "Its spans in the order of the tree, with self times, the critical path and what is odd about them. Clocks that contradict each other are adjusted, and the spans that were moved say so. Attributes that carry content are redacted on the server.",
  access: "traces:read",
  errors: ["not_found", "upstream_unavailable"],
  params: z.object({ trace: z.string().min(1).describe("Its id: 1 to 32 hexadecimal digits.") }),
  query: z.object({
    source: z.string().optional().describe("The name of a Jaeger source; all of them when absent."),
  }),
  response: traceAnswerSchema,
  example: {
    params: { trace: "4bf92f3577b34da6a3ce929d0e0e4736" },
    response: {
      traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
      source: "jaeger",
      start: 1_767_226_512_400_123,
      duration: 2_841_733,
      services: [{ name: "inference-server", spanCount: 1, errorSpanCount: 0 }],
      processes: [{ id: "p1", service: "inference-server", attributes: { "service.version": "v1.3.0" } }],
      spans: [
        {
          spanId: "00f067aa0ba902b7",
          parentSpanId: null,
          service: "inference-server",
          operation: "POST /v1/chat/completions",
          kind: "server",
          start: 1_767_226_512_400_123,
          duration: 2_841_733,
          selfTime: 2_841_733,
          depth: 0,
          onCriticalPath: true,
          criticalPath: [[1_767_226_512_400_123, 1_767_226_515_241_856]],
          error: false,
          statusMessage: "",
          attributes: {
            "gen_ai.usage.output_tokens": 128,
            "gen_ai.input.messages": "[redacted, 412 characters]",
          },
          events: [{ time: 1_767_226_512_812_000, name: "first_token", attributes: {} }],
          links: [],
          scope: { name: "vllm.llm_engine", version: "" },
          process: "p1",
          warnings: [],
        },
      ],
      warnings: [],
      redacted: 1,
      failed: [],
    },
  },
  handler: ({ actor, params, query, signal }) =>
    findTrace(actor, params.trace, { source: query.source, signal }),
});
