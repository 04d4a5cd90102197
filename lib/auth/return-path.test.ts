import { describe, expect, it } from "vitest";
import { safeReturnPath } from "./return-path";

describe("safeReturnPath", () => {
  it.each([
    ["/", "/"],
    ["/services/chat-api?range=1h#errors", "/services/chat-api?range=1h#errors"],
    ["/settings/../audit", "/audit"],
    ["/models/a%2Fb", "/models/a%2Fb"],
  ])("keeps the path %s", (to, expected) => {
    expect(safeReturnPath(to)).toBe(expected);
  });

  it.each([
    [undefined],
    [null],
    [""],
    ["overview"],
    ["https://evil.example"],
    ["//evil.example/path"],
    ["/\\evil.example"],
    ["/\t/evil.example"],
    ["/\n/evil.example"],
    ["/a/..//evil.example"],
    ["/a\\..\\..\\\\evil.example"],
    ["/.//evil.example"],
    ["javascript:alert(1)"],
    ["/sign-in?to=/sign-in"],
    ["/setup"],
    ["/api/v1/users"],
  ])("answers the overview for %j", (to) => {
    expect(safeReturnPath(to)).toBe("/");
  });
});
