import { z } from "zod";
import { exampleAlertmanager, exampleExternalSilence, exampleSilence } from "@/lib/alerts/example";
import { silenceOrigins } from "@/lib/alerts/schema";
import { makeSilence } from "@/lib/alerts/silences/elsewhere";
import { listSilences } from "@/lib/alerts/silences/queries";
import { connectedAlertmanagerSchema, silenceInputSchema, silenceSchema } from "@/lib/alerts/silences/schema";
import { listOf, listQuery } from "@/lib/api/list";
import { Answer, route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/silences",
  tag: "Silences",
  summary: "List silences",
  description:
    "Those of the console and of every connected Alertmanager; those that end last first, each with how many active alerts it covers now. An Alertmanager that does not answer is named in `alertmanagers`, and its silences are those that were last read.",
  access: "silences:read",
  query: listQuery.extend({
    expired: z
      .enum(["true", "false"])
      .optional()
      .describe(
        "`true` gives those that are over as well; an Alertmanager keeps them for 5 days by default.",
      ),
    q: z
      .string()
      .max(200)
      .optional()
      .describe("Text in the id, the matchers, the comment, who made it or where."),
    origin: z.enum(silenceOrigins).optional(),
  }),
  response: listOf(silenceSchema).extend({
    alertmanagers: z.array(connectedAlertmanagerSchema).describe("Every connected one."),
  }),
  example: {
    query: { q: "chat-api" },
    response: {
      items: [exampleExternalSilence, exampleSilence],
      nextCursor: null,
      alertmanagers: [exampleAlertmanager, { ...exampleAlertmanager, name: "alertmanager-1" }],
    },
  },
  handler: ({ actor, query: { expired, q, origin, ...page }, now }) =>
    listSilences(actor, { expired: expired === "true", q, origin }, page, now),
});

export const POST = route({
  method: "POST",
  path: "/api/v1/silences",
  tag: "Silences",
  summary: "Silence alerts",
  description:
    "Mutes whatever its matchers select, now and later, until its end. Alerts stay visible. With `source` it is made in that Alertmanager, in the caller's name, and mutes what that notifies of as well as the channels here; what it does not take is a 400 in its own words.",
  access: "silences:write",
  body: silenceInputSchema,
  response: silenceSchema,
  status: 201,
  example: {
    body: {
      matchers: [{ name: "service", value: "chat-api" }],
      endsAt: "2026-03-04T16:00:00Z",
      comment: exampleSilence.comment,
      source: exampleAlertmanager.name,
    },
    response: exampleExternalSilence,
  },
  errors: ["upstream_unavailable", "upstream_timeout", "upstream_unauthorized", "upstream_rejected"],
  handler: async ({ actor, body, now, requestId }) =>
    new Answer(await makeSilence(actor, body, { now, requestId }), { status: 201 }),
});
