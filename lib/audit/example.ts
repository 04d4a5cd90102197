import type { AuditEventView } from "./schema";

/** An audit event as the API's documentation shows it. */
export const exampleAuditEvent = {
  id: "1042",
  at: "2026-03-04T14:02:11.318Z",
  actor: { type: "user", id: "019a1c3e-1111-7c41-9d0e-3b6a2f8c1d47", name: "ops@example.com" },
  action: "sources:edit",
  resource: { type: "source", id: "019a1c3e-5f2b-7c41-9d0e-3b6a2f8c1d47", name: "prod-eu" },
  before: { name: "prod-eu", url: "https://metrics-old.example.com" },
  after: { name: "prod-eu", url: "https://metrics.example.com/prometheus" },
  reason: null,
  requestId: "8f14e45f-ceea-467f-a8d5-2b1c7f0f7d2e",
} satisfies AuditEventView;
