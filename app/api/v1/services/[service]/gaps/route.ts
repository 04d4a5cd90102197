import { z } from "zod";
import { route } from "@/lib/api/route";
import { serviceGaps } from "@/lib/gaps/read";
import { gapsQuerySchema, gapsSchema } from "@/lib/gaps/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/services/{service}/gaps",
  tag: "Services",
  summary: "Explain gaps in a service's charts",
  description:
    "Why lines end: nothing was scraped, a target did not answer, a process restarted, or there was no traffic. Told from `up`, the service's own metrics, `process_start_time_seconds` or counters that fell, and the request rate, on a grid of the given step; shorter gaps are not seen.",
  access: "signals:read",
  errors: ["not_found"],
  params: z.object({ service: z.string().min(1).describe("The service's id; `/` as `%2F`.") }),
  query: gapsQuerySchema,
  response: gapsSchema,
  example: {
    params: { service: "chat-api" },
    query: { start: "1767225600", end: "1767229200", step: "30" },
    response: {
      items: [
        {
          start: 1_767_226_500,
          end: 1_767_226_620,
          kind: "target_down",
          text: "chat-api-v2-0 did not answer the scrape, of 2 targets of chat-api; the numbers are those of the others.",
        },
      ],
      nextCursor: null,
      notes: [],
    },
  },
  handler: ({ actor, params, query, requestId, now, signal }) =>
    serviceGaps(actor, params.service, query, { requestId, now, signal }),
});
