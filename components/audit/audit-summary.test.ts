import { expect, it } from "vitest";
import { changeSummary } from "./audit-summary";

it.each([
  [null, { a: 1 }, "added"],
  [{ a: 1 }, null, "removed"],
  [{ a: 1 }, { a: 2 }, "a changed"],
  [{ a: 1, b: 1, c: { d: 1 } }, { a: 2, b: 2, c: { d: 2 } }, "a, b and c.d changed"],
  [{}, { a: 1, b: 1, c: 1, d: 1 }, "4 values changed"],
])("%j to %j reads %s", (before, after, words) => {
  expect(changeSummary({ before, after })).toBe(words);
});
