import type { AuditEventView } from "@/lib/audit/schema";

/** What an actor is called on a page. */
export const actorTypeWords: Record<AuditEventView["actor"]["type"], string> = {
  user: "user",
  api_key: "API key",
  system: "system",
};
