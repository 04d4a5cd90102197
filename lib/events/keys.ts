import type { ChangeEvent } from "./schema";

/** The key of the audit log, which every change adds to. */
const AUDIT_KEY = "audit-events";

/**
 * The first elements of the query keys that a change makes stale. A feature's key begins with the plural of the event's
 * type, with dashes: `service` → `services`, `api_key` → `api-keys`.
 */
export function staleKeys(event: ChangeEvent): string[] {
  const plural = event.type.endsWith("y")
    ? /[aeiou]y$/.test(event.type)
      ? `${event.type}s`
      : `${event.type.slice(0, -1)}ies`
    : `${event.type}s`;
  return [plural.replaceAll("_", "-"), AUDIT_KEY];
}
