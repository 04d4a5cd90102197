import { expect, it } from "vitest";
import { pannedRange } from "./pan";

it("moves the range against the pointer, as the picture follows it", () => {
  expect(pannedRange({ from: 100, to: 200 }, 50, 500)).toEqual({ from: 90, to: 190 });
  expect(pannedRange({ from: 100, to: 200 }, -500, 500)).toEqual({ from: 200, to: 300 });
  expect(pannedRange({ from: 100, to: 200 }, 50, 0)).toEqual({ from: 100, to: 200 });
});
