import { z } from "zod";
import { exampleTakeover } from "@/lib/alerts/example";
import { seeTakeover } from "@/lib/alerts/takeovers/commands";
import { Answer, route } from "@/lib/api/route";

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/alerts/takeovers/{takeover}",
  tag: "Alerts",
  summary: "Say that you have seen a takeover",
  description: "It is not listed to you again. The alert's history keeps it.",
  access: "alerts:read",
  params: z.object({ takeover: z.uuid({ error: "A takeover's id" }) }),
  example: { params: { takeover: exampleTakeover.id } },
  errors: ["not_found"],
  handler: async ({ actor, params, now, requestId }) => {
    await seeTakeover(actor, { id: params.takeover, now }, { requestId });
    return new Answer(undefined, { status: 204 });
  },
});
