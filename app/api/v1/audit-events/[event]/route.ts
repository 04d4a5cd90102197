import { z } from "zod";
import { route } from "@/lib/api/route";
import { exampleAuditEvent } from "@/lib/audit/example";
import { getAuditEvent } from "@/lib/audit/queries";
import { auditEventSchema } from "@/lib/audit/schema";

export const GET = route({
  method: "GET",
  path: "/api/v1/audit-events/{event}",
  tag: "Audit",
  summary: "Read one audit event",
  access: "audit:read",
  params: z.object({ event: z.string() }),
  response: auditEventSchema,
  example: { params: { event: exampleAuditEvent.id }, response: exampleAuditEvent },
  errors: ["not_found"],
  handler: ({ actor, params }) => getAuditEvent(actor, params.event),
});
