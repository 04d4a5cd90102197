import { exampleAlert, exampleExternalSilence, exampleSilence } from "@/lib/alerts/example";
import { previewSilence } from "@/lib/alerts/silences/queries";
import { silencePreviewInputSchema, silencePreviewSchema } from "@/lib/alerts/silences/schema";
import { route } from "@/lib/api/route";

const { id, name, state, severity, labels } = exampleAlert;

export const POST = route({
  method: "POST",
  path: "/api/v1/silences/preview",
  tag: "Silences",
  summary: "Preview a silence",
  description:
    "Which active alerts these matchers would cover now, and which of these a silence covers already, of the console or of a connected Alertmanager; at most 50 are named, all are counted.",
  access: "silences:read",
  body: silencePreviewInputSchema,
  response: silencePreviewSchema,
  idempotent: false,
  example: {
    body: { matchers: exampleSilence.matchers },
    response: {
      active: 1,
      silenced: 1,
      alerts: [{ id, name, state, severity, labels, silencedBy: [exampleExternalSilence.id] }],
    },
  },
  handler: ({ actor, body, now }) => previewSilence(actor, body.matchers, now),
});
