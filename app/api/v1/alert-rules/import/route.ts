import { exampleImportReport } from "@/lib/alerts/example";
import { importQuerySchema, importReportSchema } from "@/lib/alerts/rule-file/schema";
import { mostRuleFileBytes, ruleFileText } from "@/lib/alerts/rule-file/text";
import { importRules } from "@/lib/alerts/rules/import";
import { readBody } from "@/lib/api/body";
import { route } from "@/lib/api/route";
import { problem } from "@/lib/errors";

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/import",
  tag: "Alert rules",
  summary: "Import a rule file",
  description:
    "The body is YAML: a Prometheus rule file, or PrometheusRules. Groups of the same `file` are replaced; every field is kept, comments where they can be. A file that Prometheus would refuse is a 400 with each place.",
  access: "alert_rules:write",
  query: importQuerySchema,
  response: importReportSchema,
  idempotent: false,
  example: { query: { file: "llm.yaml", dryRun: "true" }, response: exampleImportReport },
  errors: ["payload_too_large", "conflict"],
  handler: async ({ actor, query, request, now, requestId, signal }) => {
    let content: string;
    try {
      content = ruleFileText(await readBody(request, mostRuleFileBytes));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw problem("invalid_request", "The body is not text in UTF-8.");
    }
    if (content.includes("\u0000"))
      throw problem("invalid_request", "The body must not hold the character NUL.");
    return importRules(
      actor,
      { ...query, content, dryRun: query.dryRun === "true" },
      { now, requestId, signal },
    );
  },
});
