import { describe, expect, it } from "vitest";
import { deployMarks } from "./deploy-marks";

/** Rows of `#` and `.`: one for each version, one character for each point. */
function marksOf(rows: Record<string, string>, longestPause = 2): [number, string][] {
  const versions = Object.entries(rows).map(([name, row]) => ({
    name,
    present: [...row].map((character) => character === "#"),
  }));
  return deployMarks(versions, { longestPause }).map(({ at, text }) => [at, text]);
}

describe("deployMarks", () => {
  it("tells v1 → v2 → v1 in three marks", () => {
    expect(marksOf({ v1: "..###....###", v2: ".....####..." })).toEqual([
      [2, "Version v1 first seen"],
      [5, "Version v1 → v2"],
      [9, "Back to version v1 from v2"],
    ]);
  });

  it("tells it in three also where old and new overlap", () => {
    expect(marksOf({ v1: "..#####...#####", v2: ".....#######..." })).toEqual([
      [2, "Version v1 first seen"],
      [5, "Version v1 → v2"],
      [10, "Back to version v1 from v2"],
    ]);
  });

  it("tells a canary that came and went", () => {
    expect(marksOf({ v1: "##########", v2: "...####..." })).toEqual([
      [3, "Version v2 beside v1"],
      [7, "Version v2 gone, v1 alone again"],
    ]);
  });

  it("says nothing of what ran all along, of restarts and of outages", () => {
    expect(marksOf({ v1: "##########" })).toEqual([]);
    expect(marksOf({ v1: "####.#####", v2: "##########" })).toEqual([]);
    expect(marksOf({ v1: "##......##", v2: "##......##" })).toEqual([]);
  });

  it("sees a change across an outage", () => {
    expect(marksOf({ v1: "###.......", v2: "......####" })).toEqual([[6, "Version v1 → v2"]]);
  });

  it("takes a long absence of one beside another for what it is", () => {
    expect(marksOf({ v1: "##########", v2: "##......##" })).toEqual([[8, "Version v2 again, beside v1"]]);
  });

  it("tells of what came together once", () => {
    expect(marksOf({ v1: "..####", v2: "..####" })).toEqual([[2, "Version v1, v2 first seen"]]);
  });

  it("names few of many", () => {
    const stayed = Object.fromEntries(["a", "b", "c", "d", "e"].map((name) => [name, "####"]));
    expect(marksOf({ ...stayed, f: "..##" })).toEqual([[2, "Version f beside a, b, c and 2 more"]]);
  });
});
