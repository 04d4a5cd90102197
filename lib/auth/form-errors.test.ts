import { describe, expect, it } from "vitest";
import { ApiError } from "@/lib/api/client";
import { formErrors } from "./form-errors";

const refused = (code: string, fields?: { path: string; message: string }[]) =>
  new ApiError(400, code, "Not so.", { fields });

describe("formErrors", () => {
  it.each([
    ["nothing without an error", null, { fields: {}, general: null }],
    [
      "errors at the fields alone",
      refused("invalid_request", [{ path: "email", message: "an e-mail address" }]),
      { fields: { email: "Expected an e-mail address." }, general: null },
    ],
    [
      "the error of an element at its list",
      refused("invalid_request", [{ path: "scopes.0", message: "one of a, b" }]),
      { fields: { scopes: "Expected one of a, b." }, general: null },
    ],
    [
      "a field that the form does not have in the sentence",
      refused("invalid_request", [{ path: "token", message: "a token" }]),
      { fields: {}, general: "Not so. token: a token" },
    ],
    [
      "the sentence of a conflict beside its field",
      refused("conflict", [{ path: "email", message: "another" }]),
      { fields: { email: "Expected another." }, general: "Not so." },
    ],
    ["the message of any other error", new Error("broken"), { fields: {}, general: "broken" }],
  ])("gives %s", (_name, error, expected) => {
    expect(formErrors(error, ["email", "scopes"])).toEqual(expected);
  });
});
