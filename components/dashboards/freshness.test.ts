import { expect, it } from "vitest";
import { isOverdue } from "./freshness";

it("takes a refresh for overdue when two were missed, and never where none is due", () => {
  expect(isOverdue(25, 10)).toBe(false);
  expect(isOverdue(26, 10)).toBe(true);
  expect(isOverdue(200, 120)).toBe(false);
  expect(isOverdue(3_600, 0)).toBe(false);
});
