import { route } from "@/lib/api/route";
import { answerQueries } from "@/lib/query/queries";
import { queryAnswerSchema, queryRequestSchema } from "@/lib/query/schema";

/** 64 expressions of a few kilobytes. */
const maxBodyBytes = 256 * 1024;

export const POST = route({
  method: "POST",
  path: "/api/v1/query",
  tag: "Query",
  summary: "Run many PromQL queries",
  description:
    "The one request of a page of charts: every item is answered as Prometheus answers it, or with an `error` of its own, so one that fails leaves the others. Start and end are moved down to multiples of the step, so that viewers share what is read; what has been read is kept and only its tail asked for again. Limits of range, points, series and time hold for each item: one that would return too much is `query_too_large`, with a step or an expression that would be answered. With `maxPoints`, longer series are thinned out to their extremes, and `thinned` says so.",
  access: "query:read",
  body: queryRequestSchema,
  response: queryAnswerSchema,
  maxBodyBytes,
  idempotent: false,
  example: {
    body: {
      items: [
        {
          id: "rate",
          source: "prometheus",
          expr: "sum by (version) (rate(vllm:request_success_total[5m]))",
          start: 1_767_225_600,
          end: 1_767_229_200,
          step: 1800,
        },
        {
          id: "all",
          source: "prometheus",
          expr: "{__name__=~'.+'}",
          start: 1_767_225_600,
          end: 1_767_229_200,
          step: 15,
        },
      ],
    },
    response: {
      items: [
        {
          id: "rate",
          status: "success",
          data: {
            resultType: "matrix",
            result: [
              {
                metric: { version: "v1" },
                values: [
                  [1_767_225_600, "4.2"],
                  [1_767_227_400, "4.6"],
                  [1_767_229_200, "4.4"],
                ],
              },
            ],
          },
        },
        {
          id: "all",
          status: "error",
          error: {
            code: "query_too_large",
            detail:
              "The answer of Prometheus at http://prometheus:9090 has more than 4,149 series; at most 1,000,000 points may be asked for at once. Take a step of 1m, or the largest series only: topk(10, {__name__=~'.+'}).",
            suggestion: { step: 60, expr: "topk(10, {__name__=~'.+'})" },
            requestId: "8f14e45f-ceea-467f-a8d5-2b1c7f0f7d2e",
          },
        },
      ],
    },
  },
  handler: async ({ actor, body, requestId, now, signal }) =>
    new Response(await answerQueries(actor, body, { requestId, now, signal }), {
      headers: { "content-type": "application/json" },
    }),
});
