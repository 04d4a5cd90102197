import { describe, expect, it } from "vitest";
import { exampleSource } from "@/lib/sources/example";
import { emptyForm, formOf, inputOf, leavesHost, patchOf, testOf } from "./source-form-state";

const form = formOf(exampleSource);

describe("the form of a source", () => {
  it("keeps what is stored, and asks for what is not there", () => {
    expect(form).toMatchObject({
      token: null,
      password: "",
      headers: [{ name: "X-Scope-OrgID", value: null }],
    });
    expect(formOf({ ...exampleSource, credentials: "asked_again" })).toMatchObject({
      token: "",
      headers: [{ value: "" }],
    });
  });

  it("changes nothing when nothing was changed", () => {
    expect(patchOf(form, exampleSource)).toEqual({});
  });

  it("sends only what changed, and a secret only when it was typed", () => {
    expect(patchOf({ ...form, name: "other" }, exampleSource)).toEqual({ name: "other" });
    expect(patchOf({ ...form, token: "new" }, exampleSource)).toEqual({
      authentication: { type: "bearer", token: "new" },
    });
    expect(patchOf({ ...form, headers: [] }, exampleSource)).toEqual({ headers: [] });
    expect(patchOf({ ...form, ca: "pem" }, exampleSource)).toEqual({ ca: "pem" });
    expect(form.limits).toMatchObject({ timeout: "1m", series: "" });
    const limits = { ...form.limits, timeout: "", range: "90d", series: "500" };
    expect(patchOf({ ...form, limits }, exampleSource)).toEqual({
      limits: { range: 90 * 86_400, series: 500 },
    });
  });

  it("tests with the stored credentials of its source", () => {
    expect(testOf(form, exampleSource)).toEqual({
      kind: "prometheus",
      url: exampleSource.url,
      authentication: { type: "bearer" },
      headers: [{ name: "X-Scope-OrgID" }],
      ca: null,
      sourceId: exampleSource.id,
    });
  });

  it("knows when the URL leads to another host", () => {
    expect(leavesHost(exampleSource, "https://metrics.example.com/other")).toBe(false);
    expect(leavesHost(exampleSource, "http://metrics.example.com/prometheus")).toBe(true);
    expect(leavesHost(exampleSource, "https://metrics.ex")).toBe(true);
    expect(leavesHost(exampleSource, "half an address")).toBe(false);
    expect(leavesHost(null, "https://anything")).toBe(false);
  });
});

it("a new source sends no credentials of a kind that was not chosen", () => {
  const typed = {
    ...emptyForm("jaeger"),
    name: " traces ",
    url: "http://jaeger:16686 ",
    token: "t",
    username: "u",
  };
  expect(inputOf(typed)).toEqual({
    kind: "jaeger",
    name: "traces",
    url: "http://jaeger:16686",
    authentication: { type: "none" },
    headers: [],
    ca: null,
    limits: {},
  });
});
