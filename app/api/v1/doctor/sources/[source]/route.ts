import { z } from "zod";
import { route } from "@/lib/api/route";
import { examineSource } from "@/lib/doctor/queries";
import { sourceReportSchema } from "@/lib/doctor/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/doctor/sources/{source}",
  tag: "Metric doctor",
  summary: "Examine what costs a Prometheus",
  description:
    "Metrics with the most series, labels with the most values, and labels that may be about people.",
  access: "signals:read",
  errors: ["not_found"],
  params: z.object({ source: z.string().min(1).max(300).describe("The name or id of a Prometheus source.") }),
  response: sourceReportSchema,
  example: {
    params: { source: "prometheus" },
    response: {
      source: "prometheus",
      checkedAt: 1_767_229_200,
      version: "3.5.0",
      series: 104_512,
      largestMetrics: [{ name: "vllm:e2e_request_latency_seconds_bucket", count: 21_504 }],
      largestLabels: [{ name: "user_email", count: 9_120 }],
      notTold: [],
      findings: [
        {
          id: "personal:user_email",
          severity: "problem",
          title: "Label `user_email` looks like personal data",
          text: "Its values are kept as long as the samples, shown to everyone who may query, and make a series for each person.",
          advice:
            "Drop it where it is scraped: `metric_relabel_configs: [{action: labeldrop, regex: user_email}]`.",
        },
      ],
    },
  },
  handler: ({ actor, params, requestId, now, signal }) =>
    examineSource(actor, params.source, { requestId, now, signal }),
});
