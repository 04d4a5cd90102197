import type { Actor, Role } from "./actor";

/**
 * What can be done, `resource:verb`, and the least role that may. A feature adds its own lines here.
 */
export const actions = {
  "signals:read": "viewer",
  "query:read": "viewer",
  "query_usage:read": "viewer",
  "traces:read": "viewer",
  "services:read": "viewer",
  "services:write": "operator",
  "annotations:read": "viewer",
  "annotations:write": "operator",
  "alerts:read": "viewer",
  "alerts:write": "operator",
  "alerts:receive": "operator",
  "alert_rules:read": "viewer",
  "alert_rules:write": "operator",
  "silences:read": "viewer",
  "silences:write": "operator",
  "sources:read": "viewer",
  "sources:write": "admin",
  "notifications:read": "viewer",
  "notifications:write": "admin",
  "gpu_prices:read": "viewer",
  "gpu_prices:write": "admin",
  "audit:read": "operator",
  "jobs:read": "admin",
  "jobs:write": "admin",
  "users:read": "admin",
  "users:write": "admin",
  "api_keys:read": "operator",
  "api_keys:write": "operator",
  "sign_in_links:write": "admin",
  "account:read": "viewer",
  "account:write": "viewer",
  "metrics:read": "viewer",
  "openapi:read": "viewer",
} as const satisfies Record<string, Role>;

export type Action = keyof typeof actions;

const rank: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 };

/** Whether one role includes another. */
export const roleIncludes = (role: Role, needed: Role): boolean => rank[role] >= rank[needed];

const inScope = (scopes: string[], action: Action): boolean =>
  scopes.length === 0 || scopes.some((scope) => scope === action || scope === action.split(":")[0]);

/**
 * Whether `actor` may do `action`, to `resource` when one is given. The one place where permission is decided: role,
 * an API key's scopes, and the team that owns the row. Jobs of ours may do everything within their team.
 */
export function can(actor: Actor, action: Action, resource?: { teamId: string }): boolean {
  if (resource !== undefined && resource.teamId !== actor.teamId) return false;
  if (actor.type === "system") return true;
  if (!roleIncludes(actor.role, actions[action])) return false;
  return actor.type === "user" || inScope(actor.scopes, action);
}

/** A sentence on why `can` said no, for the 403. */
export function whyNot(actor: Actor, action: Action): string {
  if (actor.type === "system") return "A job may only touch its own team.";
  const needed = actions[action];
  if (!roleIncludes(actor.role, needed))
    return `This needs the role ${needed}; ${actor.type === "user" ? "you are" : "this key is"} ${actor.role}.`;
  if (actor.type === "api_key")
    return `The scopes of this key (${actor.scopes.join(", ")}) do not include ${action}.`;
  return "It belongs to another team.";
}
