import { describe, expect, it } from "vitest";
import { type Actor, DEFAULT_TEAM_ID, type Role } from "@/lib/auth/actor";
import { apiKeyState, excessOf } from "./api-key";
import { scopes } from "./schema";

const now = new Date("2030-01-01T00:00:00Z");
const before = new Date(now.getTime() - 1);
const after = new Date(now.getTime() + 1);

describe("apiKeyState", () => {
  it.each([
    [{}, "active"],
    [{ expiresAt: after }, "active"],
    [{ expiresAt: now }, "expired"],
    [{ expiresAt: before }, "expired"],
    [{ revokedAt: before }, "revoked"],
    [{ revokedAt: before, expiresAt: before }, "revoked"],
    [{ createdBy: { disabledAt: before } }, "resting"],
    [{ createdBy: { disabledAt: null } }, "active"],
    [{ createdBy: { disabledAt: before }, expiresAt: before }, "expired"],
  ] as const)("of %j is %s", (changed, expected) => {
    expect(apiKeyState({ revokedAt: null, expiresAt: null, createdBy: null, ...changed }, now)).toBe(
      expected,
    );
  });
});

describe("excessOf", () => {
  const user = (role: Role): Actor => ({
    type: "user",
    id: "u",
    name: "u@example.com",
    role,
    teamId: DEFAULT_TEAM_ID,
  });
  const key = (role: Role, own: string[]): Actor => ({
    type: "api_key",
    id: "k",
    name: "ci",
    role,
    scopes: own,
    teamId: DEFAULT_TEAM_ID,
  });

  it.each([
    ["an operator, a viewer's key", user("operator"), "viewer", [], null],
    ["an operator, an operator's key", user("operator"), "operator", [], null],
    ["an operator, an administrator's key", user("operator"), "admin", [], "role"],
    ["an unscoped key, an unscoped key", key("admin", []), "admin", [], null],
    ["a scoped key, an unscoped key", key("admin", ["api_keys", "signals"]), "viewer", [], "scopes"],
    [
      "a scoped key, a key within its scopes",
      key("admin", ["api_keys", "signals"]),
      "viewer",
      ["signals:read"],
      null,
    ],
    [
      "a scoped key, a wider key",
      key("admin", ["api_keys", "signals:read"]),
      "viewer",
      ["signals"],
      "scopes",
    ],
    ["a scoped key, a key of something else", key("admin", ["api_keys"]), "viewer", ["users"], "scopes"],
  ] as const)("lets %s: %j", (_name, actor, role, wanted, path) => {
    expect(excessOf(actor, { role, scopes: [...wanted] })?.path ?? null).toBe(path);
  });
});

describe("scopes", () => {
  it("are the resources and the actions on them", () => {
    expect(scopes).toContain("signals");
    expect(scopes).toContain("sources:write");
    expect(new Set(scopes).size).toBe(scopes.length);
  });
});
