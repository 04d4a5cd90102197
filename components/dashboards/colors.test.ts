import { expect, it } from "vitest";
import { colorsTogether } from "./colors";

it("gives the second of two services of one colour another", () => {
  const colors = colorsTogether([
    { id: "a", colorSlot: 1 },
    { id: "b", colorSlot: 1 },
    { id: "c", colorSlot: 2 },
  ]);
  expect([...colors]).toEqual([
    ["a", 1],
    ["c", 2],
    ["b", 3],
  ]);
});
