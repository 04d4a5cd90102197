import type { Actor, Role } from "@/lib/auth/actor";
import { roleIncludes } from "@/lib/auth/permissions";
import type { ApiKeyState } from "./schema";

/** Whether a key works now, and if not, why: what cannot be undone first. */
export function apiKeyState(
  key: { revokedAt: Date | null; expiresAt: Date | null; createdBy: { disabledAt: Date | null } | null },
  now: Date,
): ApiKeyState {
  if (key.revokedAt !== null) return "revoked";
  if (key.expiresAt !== null && key.expiresAt <= now) return "expired";
  return key.createdBy?.disabledAt ? "resting" : "active";
}

/**
 * Why an actor may not make a key of this role and these scopes, as field and sentence; null when it may. Nobody makes
 * a key that may more than they may: not by role, nor by scopes when it is a scoped key that asks.
 */
export function excessOf(
  actor: Actor,
  wanted: { role: Role; scopes: string[] },
): { path: string; message: string } | null {
  if (actor.type === "system") return null;
  if (!roleIncludes(actor.role, wanted.role))
    return {
      path: "role",
      message: `at most ${actor.role}, which is ${actor.type === "user" ? "your role" : "the role of this key"}`,
    };
  if (actor.type === "user" || actor.scopes.length === 0) return null;
  const within = (scope: string) => actor.scopes.some((own) => own === scope || own === scope.split(":")[0]);
  if (wanted.scopes.length > 0 && wanted.scopes.every(within)) return null;
  return { path: "scopes", message: `only within the scopes of this key: ${actor.scopes.join(", ")}` };
}
