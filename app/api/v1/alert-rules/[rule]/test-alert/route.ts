import { z } from "zod";
import { exampleAlert, exampleRule } from "@/lib/alerts/example";
import { alertRaisedBy } from "@/lib/alerts/rules/test-alert";
import { route } from "@/lib/api/route";
import { exampleMessage } from "@/lib/notifications/example";
import { timeOf } from "@/lib/notifications/message";
import { writeTestAlert } from "@/lib/notifications/messages/commands";
import { deliverOne } from "@/lib/notifications/messages/job";
import { getMessage, previewOf } from "@/lib/notifications/queries";
import { testAlertInputSchema, testAlertSchema } from "@/lib/notifications/schema";

export const POST = route({
  method: "POST",
  path: "/api/v1/alert-rules/{rule}/test-alert",
  tag: "Alert rules",
  summary: "Send a test alert of a rule",
  description:
    "Sends the alert that the rule would raise, marked as a test, to everyone who would be told of it, at once and once, and answers with what came back: a sink that does not take it is an answer, not an error.",
  access: "alert_rules:write",
  params: z.object({ rule: z.uuid({ error: "A rule's id" }) }),
  body: testAlertInputSchema,
  response: testAlertSchema,
  example: {
    params: { rule: exampleRule.id },
    body: { severity: "critical" },
    response: {
      labels: exampleAlert.labels,
      messages: [
        {
          ...exampleMessage,
          key: "test:2026-03-04T14:00:30.000Z",
          reason: "test",
          subject: "[TEST FIRING:1] HighErrorRate chat-api critical",
          alertIds: [],
        },
      ],
      notes: [],
    },
  },
  errors: ["not_found", "conflict"],
  idempotent: false,
  handler: async ({ actor, params, body, requestId, signal, now }) => {
    const { notes, ...alert } = await alertRaisedBy(actor, params.rule, body, { now, signal });
    const ids = await writeTestAlert(actor, { ...alert, now }, { requestId });
    // Not with the caller's signal: whether a sink got it must be known, even where nobody waits for the answer.
    await Promise.all(ids.map((id) => deliverOne(id)));
    const { silencedBy } = await previewOf(actor, { labels: alert.labels }, now);
    return {
      labels: alert.labels,
      messages: await Promise.all(ids.map((id) => getMessage(actor, id))),
      notes: [
        ...notes,
        ...silencedBy.map(
          ({ createdBy, endsAt }) =>
            `A silence of ${createdBy} mutes real alerts with these labels until ${timeOf(endsAt)}.`,
        ),
      ],
    };
  },
});
