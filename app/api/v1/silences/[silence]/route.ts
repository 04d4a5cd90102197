import { z } from "zod";
import { exampleSilence } from "@/lib/alerts/example";
import { editSilence, endSilence } from "@/lib/alerts/silences/elsewhere";
import { silencePatchSchema, silenceSchema } from "@/lib/alerts/silences/schema";
import { Answer, route } from "@/lib/api/route";

const params = z.object({ silence: z.uuid({ error: "A silence's id" }) });

export const PATCH = route({
  method: "PATCH",
  path: "/api/v1/silences/{silence}",
  tag: "Silences",
  summary: "Change a silence",
  description:
    "What is left out stays. It is changed where it is made: an Alertmanager gives it another id where its matchers, or its start after it began, are changed, and the answer has that.",
  access: "silences:write",
  params,
  body: silencePatchSchema,
  response: silenceSchema,
  ifMatch: "optional",
  example: {
    params: { silence: exampleSilence.id },
    body: { endsAt: "2026-03-04T18:00:00Z" },
    response: { ...exampleSilence, endsAt: "2026-03-04T18:00:00.000Z", version: 2 },
  },
  errors: ["not_found", "conflict", "upstream_unavailable", "upstream_timeout", "upstream_rejected"],
  handler: async ({ actor, params: { silence: id }, body, ifMatch, now, requestId }) => {
    const edited = await editSilence(actor, { id, ifMatch, patch: body }, { now, requestId });
    return new Answer(edited, { etag: edited.version });
  },
});

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/silences/{silence}",
  tag: "Silences",
  summary: "End a silence",
  description: "Before its time, where it is made; it stays in the list of those that are over.",
  access: "silences:write",
  params,
  example: { params: { silence: exampleSilence.id } },
  errors: ["not_found", "conflict", "upstream_unavailable", "upstream_timeout", "upstream_rejected"],
  handler: async ({ actor, params: { silence }, now, requestId }) => {
    await endSilence(actor, silence, { now, requestId });
    return new Answer(undefined, { status: 204 });
  },
});
