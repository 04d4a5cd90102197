import { route } from "@/lib/api/route";
import { traceOperations } from "@/lib/traces/queries";
import { traceOperationsQuerySchema, traceOperationsSchema } from "@/lib/traces/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/traces/operations",
  tag: "Traces",
  summary: "List operations of a service in traces",
  access: "traces:read",
  errors: ["not_found"],
  query: traceOperationsQuerySchema,
  response: traceOperationsSchema,
  example: {
    query: { service: "inference-server" },
    response: { items: [{ name: "POST /v1/chat/completions", kind: "server" }], failed: [] },
  },
  handler: ({ actor, query, signal }) => traceOperations(actor, query, { signal }),
});
