import { z } from "zod";
import { restoreAnnotation } from "@/lib/annotations/commands";
import { exampleAnnotation } from "@/lib/annotations/example";
import { annotationSchema } from "@/lib/annotations/schema";
import { Answer, route } from "@/lib/api/route";

export const POST = route({
  method: "POST",
  path: "/api/v1/annotations/{annotation}/restore",
  tag: "Annotations",
  summary: "Restore a deleted annotation",
  access: "annotations:write",
  params: z.object({ annotation: z.uuid({ error: "An annotation's id" }) }),
  response: annotationSchema,
  example: { params: { annotation: exampleAnnotation.id }, response: { ...exampleAnnotation, version: 3 } },
  errors: ["not_found", "conflict"],
  handler: async ({ actor, params, requestId }) => {
    const annotation = await restoreAnnotation(actor, { id: params.annotation }, { requestId });
    return new Answer(annotation, { etag: annotation.version });
  },
});
