import { expect, it } from "vitest";
import { changeSummary } from "./audit-summary";

it.each([
  ["sources:add", null, { a: 1 }, "added"],
  ["session:sign_in", null, { method: "password" }, "recorded"],
  ["sources:edit", { a: 1 }, null, "removed"],
  ["sources:edit", { a: 1 }, { a: 2 }, "a changed"],
  ["sources:edit", { a: 1, b: 1, c: { d: 1 } }, { a: 2, b: 2, c: { d: 2 } }, "a, b and c.d changed"],
  ["sources:edit", {}, { a: 1, b: 1, c: 1, d: 1 }, "4 values changed"],
])("%s from %j to %j reads %s", (action, before, after, words) => {
  expect(changeSummary({ action, before, after })).toBe(words);
});
