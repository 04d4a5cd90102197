import { z } from "zod";
import { exampleAlertDetail } from "@/lib/alerts/example";
import { findAlert } from "@/lib/alerts/queries";
import { alertDetailSchema } from "@/lib/alerts/schema";
import { Answer, route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/alerts/{alert}",
  tag: "Alerts",
  summary: "Read an alert",
  description: "With its history, who has acted on it, the same alert before, and what else fired then.",
  access: "alerts:read",
  params: z.object({ alert: z.uuid({ error: "An alert's id" }) }),
  response: alertDetailSchema,
  example: { params: { alert: exampleAlertDetail.id }, response: exampleAlertDetail },
  errors: ["not_found"],
  handler: async ({ actor, params, now }) => {
    const alert = await findAlert(actor, params.alert, now);
    return new Answer(alert, { etag: alert.version });
  },
});
