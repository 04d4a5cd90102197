import { route } from "@/lib/api/route";
import { traceServices } from "@/lib/traces/queries";
import { traceServicesQuerySchema, traceServicesSchema } from "@/lib/traces/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/traces/services",
  tag: "Traces",
  summary: "List services in traces",
  description:
    "The names that spans give their services, and, for a service of the console, which of them it is: by its name or its job, never by what is only alike.",
  access: "traces:read",
  errors: ["not_found"],
  query: traceServicesQuerySchema,
  response: traceServicesSchema,
  example: {
    query: { about: "chat-api" },
    response: {
      items: [{ name: "inference-server", sources: ["jaeger"] }],
      match: { service: null, reason: "No service in traces is called chat-api." },
      sources: ["jaeger"],
      failed: [],
    },
  },
  handler: ({ actor, query, signal }) => traceServices(actor, query, { signal }),
});
