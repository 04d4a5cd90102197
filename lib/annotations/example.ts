import type { AnnotationView } from "./schema";

/** An annotation as the API's documentation shows it. */
export const exampleAnnotation = {
  id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d47",
  start: "2026-03-04T14:00:00.000Z",
  end: null,
  text: "Deployed v1.3.0",
  kind: "deployment",
  service: "chat-api",
  author: "Release pipeline",
  isComputed: false,
  version: 1,
  actions: ["edit", "delete"],
} satisfies AnnotationView;
