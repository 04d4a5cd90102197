import { expect, it } from "vitest";
import { nextColorSlot, versionColorKey } from "./colors";

it.each([
  { used: [], expected: 1 },
  { used: [1, 3], expected: 2 },
  { used: [1, 2, 3, 4, 5, 6, 7, 8], expected: 1 },
  { used: [1, 1, 2, 3, 4, 5, 6, 7, 8], expected: 2 },
])("gives slot $expected when $used are used", ({ used, expected }) => {
  expect(nextColorSlot(used)).toBe(expected);
});

it("keeps a version's colour apart from another service's", () => {
  expect(versionColorKey("a", "v1")).not.toBe(versionColorKey("b", "v1"));
});
