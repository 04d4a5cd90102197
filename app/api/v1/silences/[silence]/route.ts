import { z } from "zod";
import { exampleSilence } from "@/lib/alerts/example";
import { expireSilence } from "@/lib/alerts/silences/commands";
import { Answer, route } from "@/lib/api/route";

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/silences/{silence}",
  tag: "Silences",
  summary: "End a silence",
  description: "Before its time; it stays in the list of those that are over.",
  access: "silences:write",
  params: z.object({ silence: z.uuid({ error: "A silence's id" }) }),
  example: { params: { silence: exampleSilence.id } },
  errors: ["not_found", "conflict"],
  handler: async ({ actor, params, now, requestId }) => {
    await expireSilence(actor, { id: params.silence, now }, { requestId });
    return new Answer(undefined, { status: 204 });
  },
});
