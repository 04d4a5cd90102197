import { describe, expect, it } from "vitest";
import { type Actor, DEFAULT_TEAM_ID, type Role, systemActor } from "./actor";
import { type Action, actions, can, whyNot } from "./permissions";

const user = (role: Role): Actor => ({
  type: "user",
  id: "u",
  name: "u@example.com",
  role,
  teamId: DEFAULT_TEAM_ID,
});
const key = (role: Role, scopes: string[]): Actor => ({
  type: "api_key",
  id: "k",
  name: "ci",
  role,
  scopes,
  teamId: DEFAULT_TEAM_ID,
});
const every = Object.keys(actions) as Action[];

describe("can", () => {
  it("lets an administrator and a job do everything", () => {
    expect(every.filter((action) => !can(user("admin"), action))).toEqual([]);
    expect(every.filter((action) => !can(systemActor("retention"), action))).toEqual([]);
  });

  it("lets a viewer change nothing but the own account", () => {
    expect(every.filter((action) => action.endsWith(":write") && can(user("viewer"), action))).toEqual([
      "account:write",
    ]);
  });

  it.each([
    [[], "sources:write", true],
    [["sources"], "sources:write", true],
    [["sources:read"], "sources:read", true],
    [["sources:read"], "sources:write", false],
    [["signals"], "sources:read", false],
  ] as const)("holds a key to its scopes %o for %s", (scopes, action, expected) => {
    expect(can(key("admin", [...scopes]), action)).toBe(expected);
  });

  it("never lets a scope raise the role", () => {
    expect(can(key("viewer", ["sources:write"]), "sources:write")).toBe(false);
  });

  it("keeps everyone out of another team's rows, jobs too", () => {
    expect(can(user("admin"), "services:read", { teamId: "other" })).toBe(false);
    expect(can(systemActor("retention"), "services:read", { teamId: "other" })).toBe(false);
    expect(can(user("viewer"), "services:read", { teamId: DEFAULT_TEAM_ID })).toBe(true);
  });
});

describe("whyNot", () => {
  it("names the role that is needed, or the scopes that lack it", () => {
    expect(whyNot(user("viewer"), "sources:write")).toBe("This needs the role admin; you are viewer.");
    expect(whyNot(key("admin", ["signals"]), "sources:write")).toBe(
      "The scopes of this key (signals) do not include sources:write.",
    );
  });
});
