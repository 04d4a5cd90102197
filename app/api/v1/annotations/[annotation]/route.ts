import { z } from "zod";
import { deleteAnnotation, editAnnotation } from "@/lib/annotations/commands";
import { exampleAnnotation } from "@/lib/annotations/example";
import { annotationPatchSchema, annotationSchema } from "@/lib/annotations/schema";
import { Answer, route } from "@/lib/api/route";

const params = z.object({ annotation: z.uuid({ error: "An annotation's id" }) });
const exampleParams = { annotation: exampleAnnotation.id };

export const PATCH = route({
  method: "PATCH",
  path: "/api/v1/annotations/{annotation}",
  tag: "Annotations",
  summary: "Change an annotation",
  description: "What is left out stays. Deployments that the metrics show cannot be changed.",
  access: "annotations:write",
  params,
  body: annotationPatchSchema,
  response: annotationSchema,
  example: {
    params: exampleParams,
    body: { text: "Deployed v1.3.1" },
    response: { ...exampleAnnotation, text: "Deployed v1.3.1", version: 2 },
  },
  errors: ["not_found", "conflict"],
  ifMatch: "optional",
  handler: async ({ actor, params, body, ifMatch, requestId }) => {
    const { start, end } = body;
    const annotation = await editAnnotation(
      actor,
      {
        id: params.annotation,
        ifMatch,
        // The command reads the same schema, which takes times as text.
        patch: {
          ...body,
          start: start?.toISOString(),
          end: end === null || end === undefined ? end : end.toISOString(),
        },
      },
      { requestId },
    );
    return new Answer(annotation, { etag: annotation.version });
  },
});

export const DELETE = route({
  method: "DELETE",
  path: "/api/v1/annotations/{annotation}",
  tag: "Annotations",
  summary: "Delete an annotation",
  description: "It can be restored, and the audit log keeps what it said.",
  access: "annotations:write",
  params,
  example: { params: exampleParams },
  errors: ["not_found"],
  ifMatch: "optional",
  handler: async ({ actor, params, ifMatch, requestId, now }) => {
    await deleteAnnotation(actor, { id: params.annotation, ifMatch, now }, { requestId });
    return new Answer(undefined, { status: 204 });
  },
});
