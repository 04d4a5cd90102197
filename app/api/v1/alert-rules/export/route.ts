import { printRuleFile } from "@/lib/alerts/rule-file/print";
import { exportQuerySchema } from "@/lib/alerts/rule-file/schema";
import { ruleFileGroups } from "@/lib/alerts/rules/queries";
import { route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/alert-rules/export",
  tag: "Alert rules",
  summary: "Export rules as a file",
  description:
    "As a Prometheus rule file or PrometheusRules, every field kept. What the given version of Prometheus would refuse is left out, and named in comments at the top.",
  access: "alert_rules:read",
  query: exportQuerySchema,
  responseType: "application/yaml",
  example: { query: { target: "prometheus", version: "2.42" } },
  handler: async ({ actor, query }) => {
    const groups = await ruleFileGroups(actor, query);
    const { text, dropped } = printRuleFile(groups, {
      target:
        query.target === "prometheus"
          ? { kind: "prometheus", version: query.version?.replace(/^v/, "") }
          : { kind: "prometheus-rule" },
    });
    // Whatever some reader of YAML takes for the end of a line would end the comment.
    const comments = dropped
      .map((line) => `# ${line.replace(/[\p{Cc}\p{Zl}\p{Zp}\ufeff]/gu, " ")}\n`)
      .join("");
    return new Response(comments + text, { headers: { "content-type": "application/yaml; charset=utf-8" } });
  },
});
