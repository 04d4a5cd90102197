import { z } from "zod";
import { exampleRule } from "@/lib/alerts/example";
import { checkRule } from "@/lib/alerts/rules/check";
import { deleteRule, editRule } from "@/lib/alerts/rules/commands";
import { findRule } from "@/lib/alerts/rules/queries";
import { alertRuleSchema, rulePatchSchema, savedRuleSchema } from "@/lib/alerts/rules/schema";
import { Answer, route } from "@/lib/api/route";

const params = z.object({ rule: z.uuid({ error: "A rule's id" }) });
const exampleParams = { rule: exampleRule.id };

export const GET = route({
  method: "GET",
  path: "/api/v1/alert-rules/{rule}",
  tag: "Alert rules",
  summary: "Read an alert rule",
  description: "Deleted ones too. The ETag is its version, for If-Match.",
  access: "alert_rules:read",
  params,
  response: alertRuleSchema,
  example: { params: exampleParams, response: exampleRule },
  errors: ["not_found"],
  handler: async ({ actor, params, now }) => {
    const rule = await findRule(actor, params.rule, now);
    return new Answer(rule, { etag: rule.version });
  },
});

export const PATCH = route({
  method: "PATCH",
  path: "/api/v1/alert-rules/{rule}",
  tag: "Alert rules",
  summary: "Change an alert rule",
  description: "What is left out stays, and so do its active alerts. It is tried once, as when it is added.",
  access: "alert_rules:write",
  params,
  body: rulePatchSchema,
  response: savedRuleSchema,
  example: {
    params: exampleParams,
    body: { for: "10m" },
    response: { ...exampleRule, for: 600, version: 2, warnings: [] },
  },
  errors: ["not_found", "conflict", "query_too_large"],
  ifMatch: "optional",
  handler: async ({ actor, params, body, ifMatch, now, signal, requestId }) => {
    const current = await findRule(actor, params.rule, now);
    const changed = {
      name: body.name ?? current.name,
      labels: body.labels ?? current.labels,
      expr: body.expr ?? current.expr,
      comparison: body.comparison === undefined ? current.comparison : body.comparison,
      levels: body.levels ?? current.levels,
    };
    const isTried = ["expr", "comparison", "levels", "labels"].some((name) => name in body);
    const fits = changed.levels.every(
      ({ threshold }) => (threshold === null) === (changed.comparison === null),
    );
    const warnings =
      isTried && fits
        ? (
            await checkRule(
              actor,
              changed,
              { source: current.group.source, group: current.group.name },
              { now, signal },
            )
          ).warnings
        : [];
    const rule = await editRule(actor, { id: params.rule, ifMatch, patch: body, now }, { requestId });
    return new Answer({ ...rule, warnings }, { etag: rule.version });
  },
});

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/alert-rules/{rule}",
  tag: "Alert rules",
  summary: "Delete an alert rule",
  description: "Its active alerts end. It can be restored.",
  access: "alert_rules:write",
  params,
  example: { params: exampleParams },
  errors: ["not_found", "conflict"],
  handler: async ({ actor, params, now, requestId }) => {
    await deleteRule(actor, { id: params.rule, now }, { requestId });
    return new Answer(undefined, { status: 204 });
  },
});
