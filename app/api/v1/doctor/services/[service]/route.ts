import { z } from "zod";
import { route } from "@/lib/api/route";
import { examineService } from "@/lib/doctor/queries";
import { serviceReportSchema } from "@/lib/doctor/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/doctor/services/{service}",
  tag: "Metric doctor",
  summary: "Examine how a service's signals are answered",
  description:
    "For every signal: which metric answers it now, or why none does and what to change; and what makes the service's numbers missing or wrong.",
  access: "signals:read",
  errors: ["not_found"],
  params: z.object({ service: z.string().min(1).describe("The service's id; `/` as `%2F`.") }),
  response: serviceReportSchema,
  example: {
    params: { service: "chat-api" },
    response: {
      service: "chat-api",
      source: "prometheus",
      checkedAt: 1_767_229_200,
      scrapeInterval: 60,
      findings: [
        {
          id: "slow-scrapes",
          severity: "hint",
          title: "Scraped every 1 min",
          text: "Windows under 4 min are empty or jump: a rate needs 4 scrapes to survive one that fails.",
          advice: "Set `scrape_interval: 15s` for this job, or look at longer ranges.",
        },
      ],
      notTold: [],
      signals: [
        {
          signal: "itl",
          title: "Inter-token latency",
          unit: "seconds",
          state: "limited",
          profile: "vllm",
          metric: "vllm:time_per_output_token_seconds",
          expr: 'histogram_quantile(0.95, sum by (le) (rate(vllm:time_per_output_token_seconds_bucket{job="chat-api"}[4m])))',
          notes: [
            "No `vllm:inter_token_latency_seconds` (from 0.11): this vLLM is of another release, using `vllm:time_per_output_token_seconds` (until 0.12).",
          ],
          advice: null,
        },
      ],
    },
  },
  handler: ({ actor, params, requestId, now, signal }) =>
    examineService(actor, params.service, { requestId, now, signal }),
});
