import { describe, expect, it } from "vitest";
import { readArguments } from "./arguments.mjs";

describe("the arguments of the bench", () => {
  it("measures everything for ten minutes when nothing is said", () => {
    expect(readArguments([])).toEqual({
      only: new Set([1, 2, 3, 4, 5, 6, 7, 8, 9]),
      isComplete: true,
      minutes: 10,
    });
  });

  it("takes a choice in either spelling, and says that something was left out", () => {
    expect(readArguments(["--only", "1,3"])).toEqual({
      only: new Set([1, 3]),
      isComplete: false,
      minutes: 10,
    });
    expect(readArguments(["--only=2", "--only=5", "--minutes=2.5"])).toEqual({
      only: new Set([2, 5]),
      isComplete: false,
      minutes: 2.5,
    });
  });

  it("counts a choice of all as complete", () => {
    expect(readArguments(["--only", "9,8,7,6,5,4,3,2,1"]).isComplete).toBe(true);
  });

  it.each([
    [["--only", "10"], /numbers from 1 to 9, not "10"/],
    [["--only"], /numbers from 1 to 9, not ""/],
    [["--only", "1,"], /numbers from 1 to 9, not ""/],
    [["--minutes", "1"], /at least 2, not "1"/],
    [["--minutes", "soon"], /at least 2, not "soon"/],
    [["--minutes"], /at least 2, not ""/],
    [["--fast"], /--fast is not an option/],
  ])("refuses %j with what would be right", (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });
});
