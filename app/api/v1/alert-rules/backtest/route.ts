import { backtest } from "@/lib/alerts/backtest/run";
import { backtestInputSchema, backtestSchema } from "@/lib/alerts/backtest/schema";
import { exampleBacktest, exampleRule } from "@/lib/alerts/example";
import { route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/backtest",
  tag: "Alert rules",
  summary: "Backtest an alert rule",
  description:
    "Replays it over a range of the past through the state machine that decides for real: when it would have fired, and how noisy that is. With `pagesPerWeek` it suggests a threshold and a `for`.",
  access: "alert_rules:read",
  body: backtestInputSchema,
  response: backtestSchema,
  idempotent: false,
  example: {
    body: {
      expr: exampleRule.expr,
      comparison: ">",
      threshold: 0.05,
      for: "5m",
      start: "2026-02-25T14:00:00Z",
      end: "2026-03-04T14:00:00Z",
      interval: "1m",
      pagesPerWeek: 0,
    },
    response: exampleBacktest,
  },
  errors: ["query_too_large"],
  handler: ({ actor, body, now, signal }) => backtest(actor, body, { now, signal }),
});
