import { z } from "zod";
import { route } from "@/lib/api/route";
import { serviceExemplars } from "@/lib/exemplars/read";
import { exemplarsQuerySchema, exemplarsSchema } from "@/lib/exemplars/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/services/{service}/exemplars",
  tag: "Services",
  summary: "List exemplars of a signal",
  description:
    "Single observations behind a latency that carry the id of their trace, by time. Empty where the source keeps none (`--enable-feature=exemplar-storage`) or the service exposes none.",
  access: "signals:read",
  errors: ["not_found"],
  params: z.object({ service: z.string().min(1).describe("The service's id; `/` as `%2F`.") }),
  query: exemplarsQuerySchema,
  response: exemplarsSchema,
  example: {
    params: { service: "chat-api" },
    query: { signal: "ttft", start: "1767225600", end: "1767229200" },
    response: {
      items: [
        {
          time: 1_767_226_512.4,
          value: 1.84,
          traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
          spanId: "00f067aa0ba902b7",
          labels: { job: "chat-api", instance: "chat-api-v2-0" },
        },
      ],
      of: 1,
    },
  },
  handler: ({ actor, params, query, now, signal }) =>
    serviceExemplars(actor, params.service, query, { now, signal }),
});
