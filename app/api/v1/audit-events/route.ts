import { listOf, listQuery } from "@/lib/api/list";
import { route } from "@/lib/api/route";
import { exampleAuditEvent } from "@/lib/audit/example";
import { listAuditEvents } from "@/lib/audit/queries";
import { auditEventSchema, auditFilterSchema } from "@/lib/audit/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/audit-events",
  tag: "Audit",
  summary: "List audit events",
  description: "Who did what to which thing, newest first. Events are never changed or deleted.",
  access: "audit:read",
  query: listQuery.extend(auditFilterSchema.shape),
  response: listOf(auditEventSchema),
  example: {
    query: { resourceType: "source", limit: 50 },
    response: { items: [exampleAuditEvent], nextCursor: "1042" },
  },
  handler: ({ actor, query }) => listAuditEvents(actor, query, query),
});
