import { describe, expect, it } from "vitest";
import { freeName, identityKey, reservedNames, servicePath } from "./identity";

describe("freeName", () => {
  it.each([
    { given: "a first service", taken: [], expected: "chat-api" },
    { given: "one of that name in another source", taken: ["chat-api"], expected: "chat-api-eu-west" },
    { given: "both taken", taken: ["chat-api", "chat-api-eu-west"], expected: "prod/chat-api" },
    {
      given: "all taken",
      taken: ["chat-api", "chat-api-eu-west", "prod/chat-api", "prod/chat-api-eu-west", "chat-api-eu-west-2"],
      expected: "chat-api-eu-west-3",
    },
  ])("gives $expected for $given", ({ taken, expected }) => {
    expect(freeName({ job: "chat-api", namespace: "prod" }, "EU West", new Set(taken))).toBe(expected);
  });

  it("never gives a name that is a route", () => {
    for (const job of reservedNames)
      expect(reservedNames.has(freeName({ job }, "prometheus", new Set()))).toBe(false);
  });

  it("keeps namespaces of one job apart", () => {
    expect(identityKey({ job: "a", namespace: "b" })).not.toBe(identityKey({ job: "a" }));
  });
});

it("escapes a slash in a path", () => {
  expect(servicePath("/api/v1/services", "prod/chat api")).toBe("/api/v1/services/prod%2Fchat%20api");
});
