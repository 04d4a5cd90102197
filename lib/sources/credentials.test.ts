import { describe, expect, it } from "vitest";
import { credentialHeaders, credentialState, editedCredentials } from "./credentials";
import { isSameHost, splitUserInfo } from "./host";
import { headerSchema, sourceUrlSchema } from "./schema";

const none = { authentication: "none", headerNames: [] } as const satisfies {
  authentication: "none";
  headerNames: string[];
};
const bearer = { authentication: "bearer" as const, headerNames: ["X-Scope-OrgID"] };
const kept = { token: "t0", headers: { "x-scope-orgid": "team" } };

describe("editing credentials", () => {
  it("keeps what is left out", () => {
    expect(editedCredentials(bearer, kept, {})).toEqual({
      ...bearer,
      credentials: kept,
      missing: [],
      replaced: false,
    });
    expect(editedCredentials(bearer, kept, { authentication: { type: "bearer" } }).credentials).toEqual(kept);
  });

  it("replaces one value and keeps the others", () => {
    const edited = editedCredentials(bearer, kept, { authentication: { type: "bearer", token: "t1" } });
    expect(edited).toMatchObject({ credentials: { token: "t1", headers: kept.headers }, replaced: true });
  });

  it("drops what is no longer used", () => {
    expect(
      editedCredentials(bearer, kept, { authentication: { type: "none" }, headers: [] }).credentials,
    ).toBeNull();
    expect(editedCredentials(bearer, kept, { authentication: { type: "none" } }).credentials).toEqual({
      headers: kept.headers,
    });
  });

  it("finds a kept header whatever the case of its name", () => {
    const edited = editedCredentials(bearer, kept, { headers: [{ name: "x-scope-orgid" }] });
    expect(edited).toMatchObject({ credentials: kept, missing: [] });
  });

  it("names what a new way to authenticate lacks", () => {
    expect(editedCredentials(none, null, { authentication: { type: "bearer" } }).missing).toEqual([
      "authentication.token",
    ]);
    expect(
      editedCredentials(bearer, kept, {
        authentication: { type: "basic", username: "u" },
        headers: [{ name: "X-New" }],
      }).missing,
    ).toEqual(["authentication.password", "headers.0.value"]);
  });

  it("does not call missing what was forgotten: the source asks for it again", () => {
    const edited = editedCredentials(bearer, null, {});
    expect(edited).toMatchObject({ ...bearer, credentials: null, missing: [] });
    expect(credentialState(edited, edited.credentials)).toBe("asked_again");
  });
});

describe("the state of credentials", () => {
  it("is none, kept, or asked again", () => {
    expect(credentialState(none, null)).toBe("none");
    expect(credentialState(bearer, kept)).toBe("kept");
    expect(credentialState(bearer, null)).toBe("asked_again");
    expect(credentialState(bearer, { token: "t0", headers: {} })).toBe("asked_again");
  });
});

describe("headers", () => {
  it("carry a token, a password (RFC 7617 with UTF-8) and custom values", () => {
    expect(credentialHeaders("bearer", bearer.headerNames, kept)).toEqual({
      authorization: "Bearer t0",
      "X-Scope-OrgID": "team",
    });
    // The example of RFC 7617, section 2.1.
    expect(credentialHeaders("basic", [], { username: "test", password: "123£", headers: {} })).toEqual({
      authorization: "Basic dGVzdDoxMjPCow==",
    });
  });

  it.each(["Authorization", "host", "Content-Length", "bad name", ""])("refuse the name %j", (name) => {
    expect(headerSchema.safeParse({ name, value: "v" }).success).toBe(false);
  });

  it.each(["a\r\nX-Other: b", " padded", "trailing ", "日本"])("refuse the value %j", (value) => {
    expect(headerSchema.safeParse({ name: "X-Scope-OrgID", value }).success).toBe(false);
  });
});

describe("the host of a source", () => {
  it.each([
    ["http://a:9090/x", "http://a:9090/y?z=1", true],
    ["https://a/", "https://A:443", true],
    ["http://a", "https://a", false],
    ["http://a:9090", "http://a:9091", false],
    ["http://a", "http://a.evil.example", false],
    ["http://a", "http://a@evil.example", false],
  ])("%s and %s: %s", (a, b, same) => {
    expect(isSameHost(a, b)).toBe(same);
  });

  it("gives up user and password", () => {
    expect(splitUserInfo("http://u%40x:p%3Aw@a:9090/base/")).toEqual({
      url: "http://a:9090/base",
      credentials: { username: "u@x", password: "p:w" },
    });
    expect(splitUserInfo("http://a:9090").credentials).toBeNull();
  });

  it("is an http or https URL without credentials", () => {
    expect(sourceUrlSchema.parse("http://a:9090/base/")).toBe("http://a:9090/base");
    for (const url of ["a:9090", "ftp://a", "file:///etc/passwd", "http://u:p@a", "http://a/#x", ""])
      expect(sourceUrlSchema.safeParse(url).success, url).toBe(false);
  });
});
