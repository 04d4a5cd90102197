import { z } from "zod";
import { route } from "@/lib/api/route";
import { serviceSignals } from "@/lib/services/measure";
import { serviceSignalsQuerySchema, serviceSignalsSchema } from "@/lib/services/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/services/{service}/signals",
  tag: "Services",
  summary: "Read signals of one service",
  description:
    "What the charts show, for a script: points of unix seconds and values in base units; `null` is a gap. A signal that is not available says why in its note, and has an `error` where the source could not be asked. `atLeast` names the points of a quantile that are lower bounds.",
  access: "signals:read",
  errors: ["not_found"],
  params: z.object({ service: z.string().min(1).describe("The service's id; `/` as `%2F`.") }),
  query: serviceSignalsQuerySchema,
  response: serviceSignalsSchema,
  example: {
    params: { service: "chat-api" },
    query: {
      signal: "ttft,error_rate",
      start: "1767225600",
      end: "1767229200",
      step: "30m",
      quantile: "0.95",
    },
    response: {
      service: "chat-api",
      start: 1_767_225_600,
      end: 1_767_229_200,
      step: 1800,
      signals: [
        {
          signal: "ttft",
          unit: "seconds",
          better: "lower",
          available: true,
          expr: [
            'histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket{job="chat-api"}[30m])))',
          ],
          note: "Points at the highest bound (10 s) are lower bounds: ≥ 10 s.",
          series: [
            {
              labels: {},
              quantile: 0.95,
              points: [
                [1_767_225_600, 0.31],
                [1_767_227_400, 10],
                [1_767_229_200, null],
              ],
              atLeast: [1_767_227_400],
            },
          ],
        },
      ],
    },
  },
  handler: ({ actor, params, query, requestId, now, signal }) =>
    serviceSignals(actor, params.service, query, { requestId, now, signal }),
});
