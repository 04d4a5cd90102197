import { z } from "zod";
import { deleteRemark } from "@/lib/alerts/commands";
import { exampleAlert } from "@/lib/alerts/example";
import { Answer, route } from "@/lib/api/route";

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/alerts/{alert}/comments/{comment}",
  tag: "Alerts",
  summary: "Delete a comment of your own",
  description: "The audit log keeps what it said.",
  access: "alerts:write",
  params: z.object({
    alert: z.uuid({ error: "An alert's id" }),
    comment: z.uuid({ error: "A comment's id" }),
  }),
  example: { params: { alert: exampleAlert.id, comment: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d54" } },
  errors: ["not_found"],
  handler: async ({ actor, params, now, requestId }) => {
    await deleteRemark(actor, { id: params.alert, remark: params.comment, now }, { requestId });
    return new Answer(undefined, { status: 204 });
  },
});
