import { route } from "@/lib/api/route";
import { searchTraces } from "@/lib/traces/queries";
import { traceListSchema, traceSearchQuerySchema } from "@/lib/traces/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/traces",
  tag: "Traces",
  summary: "Search traces",
  description:
    "Traces of a window that have a span with what is asked for, over every Jaeger source. Sources that did not answer are named in `failed`; when none did, the answer is the problem of one. Content is redacted on the server.",
  access: "traces:read",
  errors: ["not_found"],
  query: traceSearchQuerySchema,
  response: traceListSchema,
  example: {
    query: {
      service: "inference-server",
      tags: "error=true http.response.status_code=500",
      minDuration: "1.5s",
      start: "1767225600",
      end: "1767229200",
      limit: "20",
    },
    response: {
      items: [
        {
          traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
          source: "jaeger",
          service: "llm-client",
          operation: "chat llama-3.1-8b-instruct",
          start: 1_767_226_512_400_123,
          duration: 2_841_733,
          spanCount: 7,
          errorSpanCount: 1,
          orphanSpanCount: 0,
          services: [
            { name: "inference-server", spanCount: 3, errorSpanCount: 1 },
            { name: "llm-client", spanCount: 4, errorSpanCount: 0 },
          ],
        },
      ],
      start: 1_767_225_600,
      end: 1_767_229_200,
      sources: ["jaeger"],
      failed: [],
      notes: [],
    },
  },
  handler: ({ actor, query, now, signal }) => searchTraces(actor, query, { now, signal }),
});
