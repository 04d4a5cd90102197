import { route } from "@/lib/api/route";
import { exampleAuditEvent } from "@/lib/audit/example";
import { revisionAt } from "@/lib/audit/queries";
import { revisionQuerySchema, revisionSchema } from "@/lib/audit/schema";

const { type: resourceType, id: resourceId } = exampleAuditEvent.resource;

export const GET = route({
  method: "GET",
  path: "/api/v1/revisions",
  tag: "Audit",
  summary: "Read a thing as it was",
  description: "The state that was valid at a time. 404 when the thing did not exist then.",
  access: "audit:read",
  query: revisionQuerySchema,
  response: revisionSchema,
  example: {
    query: { resourceType, resourceId, at: "2026-03-02T12:00:00Z" },
    response: {
      resourceType,
      resourceId,
      state: exampleAuditEvent.before,
      validFrom: "2026-03-01T09:12:00.000Z",
      validTo: exampleAuditEvent.at,
    },
  },
  errors: ["not_found"],
  handler: ({ actor, query }) => revisionAt(actor, query),
});
