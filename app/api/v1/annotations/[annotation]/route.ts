import { z } from "zod";
import { deleteAnnotation } from "@/lib/annotations/commands";
import { exampleAnnotation } from "@/lib/annotations/example";
import { Answer, route } from "@/lib/api/route";

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/annotations/{annotation}",
  tag: "Annotations",
  summary: "Delete an annotation",
  description: "The audit log keeps what it said.",
  access: "annotations:write",
  params: z.object({ annotation: z.uuid({ error: "An annotation's id" }) }),
  example: { params: { annotation: exampleAnnotation.id } },
  errors: ["not_found"],
  handler: async ({ actor, params, requestId }) => {
    await deleteAnnotation(actor, { id: params.annotation }, { requestId });
    return new Answer(undefined, { status: 204 });
  },
});
