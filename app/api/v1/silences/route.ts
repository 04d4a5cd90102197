import { z } from "zod";
import { exampleSilence } from "@/lib/alerts/example";
import { addSilence } from "@/lib/alerts/silences/commands";
import { listSilences } from "@/lib/alerts/silences/queries";
import { silenceInputSchema, silenceSchema } from "@/lib/alerts/silences/schema";
import { listOf, listQuery } from "@/lib/api/list";
import { Answer, route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/silences",
  tag: "Silences",
  summary: "List silences",
  description: "Those that end last first, each with how many active alerts it covers now.",
  access: "silences:read",
  query: listQuery.extend({
    expired: z.enum(["true", "false"]).optional().describe("`true` gives those that are over as well."),
  }),
  response: listOf(silenceSchema),
  example: { query: {}, response: { items: [exampleSilence], nextCursor: null } },
  handler: ({ actor, query, now }) => listSilences(actor, { expired: query.expired === "true" }, query, now),
});

export const POST = route({
  method: "POST",
  path: "/api/v1/silences",
  tag: "Silences",
  summary: "Silence alerts",
  description: "Mutes whatever its matchers select, now and later, until its end. Alerts stay visible.",
  access: "silences:write",
  body: silenceInputSchema,
  response: silenceSchema,
  status: 201,
  example: {
    body: {
      matchers: [{ name: "service", value: "chat-api" }],
      endsAt: "2026-03-04T16:00:00Z",
      comment: exampleSilence.comment,
    },
    response: exampleSilence,
  },
  handler: async ({ actor, body, now, requestId }) =>
    new Answer(
      await addSilence(
        actor,
        {
          now,
          // The command reads the same schema, which takes times as text.
          silence: {
            ...body,
            startsAt: body.startsAt?.toISOString() ?? null,
            endsAt: body.endsAt.toISOString(),
          },
        },
        { requestId },
      ),
      { status: 201 },
    ),
});
