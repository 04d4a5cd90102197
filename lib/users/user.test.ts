import { describe, expect, it } from "vitest";
import { type UserFacts, userObstacles } from "./user";

const facts: UserFacts = {
  role: "operator",
  disabled: false,
  singleSignOn: false,
  isYou: false,
  isLastAdministrator: false,
};

describe("userObstacles", () => {
  it.each([
    ["a colleague", {}, ["enable"]],
    ["a disabled colleague", { disabled: true }, ["disable", "end_sessions", "make_password_link"]],
    ["a colleague of single sign-on", { singleSignOn: true }, ["enable", "make_password_link"]],
    ["oneself", { isYou: true }, ["disable", "enable"]],
    [
      "the last administrator",
      { role: "admin", isLastAdministrator: true },
      ["change_role", "disable", "enable"],
    ],
  ] as const)("stand in the way of %s", (_name, changed, expected) => {
    expect(Object.keys(userObstacles({ ...facts, ...changed })).sort()).toEqual([...expected].sort());
  });
});
