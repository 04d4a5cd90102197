import { z } from "zod";
import { addAnnotation } from "@/lib/annotations/commands";
import { exampleAnnotation } from "@/lib/annotations/example";
import { listAnnotations } from "@/lib/annotations/queries";
import { annotationFilterSchema, annotationInputSchema, annotationSchema } from "@/lib/annotations/schema";
import { listOf, listQuery } from "@/lib/api/list";
import { Answer, route } from "@/lib/api/route";

export const GET = route({
  method: "GET",
  path: "/api/v1/annotations",
  tag: "Annotations",
  summary: "List annotations",
  description:
    "What happened in a range of time, newest first. With a start and an end it also holds the deployments that the metrics show by themselves: a change of the version label or of build information. `notes` say which source could not be read for them.",
  access: "annotations:read",
  query: listQuery.extend(annotationFilterSchema.shape),
  response: listOf(annotationSchema).extend({ notes: z.array(z.string()) }),
  example: {
    query: { start: "2026-03-04T00:00:00Z", end: "2026-03-05T00:00:00Z", service: "chat-api" },
    response: { items: [exampleAnnotation], nextCursor: null, notes: [] },
  },
  handler: ({ actor, query, now, signal }) => listAnnotations(actor, query, query, { now, signal }),
});

export const POST = route({
  method: "POST",
  path: "/api/v1/annotations",
  tag: "Annotations",
  summary: "Add an annotation",
  description: "Charts mark it. A deployment pipeline can send one for each release.",
  access: "annotations:write",
  body: annotationInputSchema,
  response: annotationSchema,
  status: 201,
  example: {
    body: { start: "2026-03-04T14:00:00Z", text: "Deployed v1.3.0", kind: "deployment", service: "chat-api" },
    response: exampleAnnotation,
  },
  handler: async ({ actor, body, requestId }) => {
    // The command reads the same schema, which takes times as text.
    const annotation = await addAnnotation(
      actor,
      { ...body, start: body.start.toISOString(), end: body.end?.toISOString() ?? null },
      { requestId },
    );
    return new Answer(annotation, { status: 201, etag: annotation.version });
  },
});
