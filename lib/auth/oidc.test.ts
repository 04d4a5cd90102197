import { describe, expect, it } from "vitest";
import { type OidcRules, oidcAdmission } from "./oidc";

const rules: OidcRules = {
  allowedDomains: ["example.com"],
  allowedGroups: [],
  groupsClaim: "groups",
  adminGroups: [],
  operatorGroups: [],
};
const claims = {
  iss: "https://issuer.example",
  sub: "42",
  email: "Ada@Example.com",
  email_verified: true,
  name: "Ada",
};

describe("oidcAdmission", () => {
  it("admits a verified e-mail of an allowed domain, and leaves the role to the users page", () => {
    expect(oidcAdmission(claims, rules)).toEqual({
      kind: "admitted",
      issuer: "https://issuer.example",
      subject: "42",
      email: "ada@example.com",
      name: "Ada",
      role: null,
    });
  });

  it.each([
    ["no e-mail", { email: undefined }, {}, "OidcNoEmail"],
    ["something that is no e-mail", { email: "ada" }, {}, "OidcNoEmail"],
    ["no subject", { sub: undefined }, {}, "OidcNoEmail"],
    ["an unverified e-mail", { email_verified: false }, {}, "OidcUnverified"],
    ["no word on whether it is verified", { email_verified: undefined }, {}, "OidcUnverified"],
    ["another domain", { email: "ada@evil.example" }, {}, "OidcNotAllowed"],
    ["a domain that only ends alike", { email: "ada@notexample.com" }, {}, "OidcNotAllowed"],
    ["a subdomain", { email: "ada@sub.example.com" }, {}, "OidcNotAllowed"],
    ["an e-mail with a second @", { email: "ada@evil.example@example.com" }, {}, "OidcNoEmail"],
    ["no group of the allowed", { groups: ["staff"] }, { allowedGroups: ["sre"] }, "OidcNotAllowed"],
    [
      "an allowed group but another domain",
      { email: "a@evil.example", groups: ["sre"] },
      { allowedGroups: ["sre"] },
      "OidcNotAllowed",
    ],
    ["everyone, when no rule is set", {}, { allowedDomains: [] }, "OidcNotAllowed"],
  ])("refuses %s", (_name, changedClaims, changedRules, reason) => {
    expect(oidcAdmission({ ...claims, ...changedClaims }, { ...rules, ...changedRules })).toEqual({
      kind: "refused",
      reason,
    });
  });

  it.each([
    [["platform-admins", "sre"], "admin"],
    [["sre"], "operator"],
    ["sre", "operator"],
    ["staff, sre", "operator"],
    [["staff"], "viewer"],
    [undefined, "viewer"],
    [[{ name: "platform-admins" }], "viewer"],
  ] as const)("gives the groups %j the role %s", (groups, role) => {
    const mapped = { ...rules, adminGroups: ["platform-admins"], operatorGroups: ["sre"] };
    expect(oidcAdmission({ ...claims, groups }, mapped)).toMatchObject({ kind: "admitted", role });
  });

  it("reads the groups from the claim that is set", () => {
    const mapped = { ...rules, groupsClaim: "https://example.com/roles", adminGroups: ["root"] };
    expect(
      oidcAdmission({ ...claims, "https://example.com/roles": ["root"], groups: [] }, mapped),
    ).toMatchObject({ role: "admin" });
  });
});
