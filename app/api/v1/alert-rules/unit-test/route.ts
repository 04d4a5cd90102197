import { runRuleTests } from "@/lib/alerts/rules/unit-tests";
import { unitTestResultSchema } from "@/lib/alerts/unit-test/schema";
import { readBody } from "@/lib/api/body";
import { route } from "@/lib/api/route";

const mostBytes = 2 * 1_048_576;

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/unit-test",
  tag: "Alert rules",
  summary: "Run promtool's unit tests",
  description:
    "The body is promtool's test file as YAML, with its rule files inlined as `rule_files_content: {name: text}`; no path is opened. One at a time, bounded; 503 where no `prometheus` binary is.",
  access: "alert_rules:write",
  response: unitTestResultSchema,
  idempotent: false,
  example: { response: { passed: true, cases: 4, failures: [] } },
  errors: ["payload_too_large", "conflict", "query_too_large"],
  handler: async ({ request, signal }) =>
    runRuleTests(new TextDecoder().decode(await readBody(request, mostBytes)), signal),
});
