import { route } from "@/lib/api/route";
import { measure } from "@/lib/services/measure";
import { signalsAnswerSchema, signalsRequestSchema } from "@/lib/signals/schema";

/** A page's refresh is one request of some thirty queries, each a few hundred bytes. */
const maxBodyBytes = 64 * 1024;

export const POST = route({
  method: "POST",
  path: "/api/v1/signals/query",
  tag: "Signals",
  summary: "Read many signals over one time range",
  description:
    "The one request of a page refresh: every query is answered by itself, so one that fails leaves the others. Times are unix seconds, values in base units (seconds, bytes, ratios 0–1), on the grid start, start + step … end; `null` is a gap.",
  access: "signals:read",
  body: signalsRequestSchema,
  response: signalsAnswerSchema,
  maxBodyBytes,
  example: {
    body: {
      start: 1_767_225_600,
      end: 1_767_229_200,
      step: 1800,
      queries: [{ id: "ttft", service: "chat-api", signal: "ttft", quantiles: [0.95] }],
    },
    response: {
      start: 1_767_225_600,
      end: 1_767_229_200,
      step: 1800,
      results: [
        {
          id: "ttft",
          status: "ok",
          signal: "ttft",
          unit: "seconds",
          better: "lower",
          expr: [
            'histogram_quantile(0.95, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket{job="chat-api"}[30m])))',
          ],
          warnings: [],
          series: [
            {
              labels: {},
              quantile: 0.95,
              values: [0.31, 0.42, null],
              band: { lo: [0.25, 0.25, null], hi: [0.5, 0.5, null] },
            },
          ],
        },
      ],
    },
  },
  handler: ({ actor, body, requestId, now, signal }) => measure(actor, body, { requestId, now, signal }),
});
