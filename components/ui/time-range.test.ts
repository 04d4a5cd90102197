import { describe, expect, it } from "vitest";
import {
  parseRefresh,
  parseTime,
  rangeToUrl,
  rangeWords,
  resolveRange,
  typedRange,
  zoomedOut,
} from "./time-range";

const NOW = 1_772_373_600; // 2026-03-01T14:00:00Z

describe("resolveRange", () => {
  it.each([
    ["now-15m", null, 900, "15m"],
    ["now-1h", "now", 3600, "1h"],
    ["now-7d", undefined, 604_800, "7d"],
    ["now-90m", null, 5400, "90m"],
  ])("reads %s to %s as relative", (from, to, seconds, relative) => {
    expect(resolveRange(from, to, NOW)).toEqual({ from: NOW - seconds, to: NOW, relative });
  });

  it("reads two times, ISO or Unix seconds, as fixed", () => {
    const fixed = { from: NOW - 1200, to: NOW - 600, relative: null };
    expect(resolveRange("2026-03-01T13:40:00Z", "2026-03-01T13:50:00Z", NOW)).toEqual(fixed);
    expect(resolveRange(String(NOW - 1200), String(NOW - 600), NOW)).toEqual(fixed);
  });

  it.each([
    [null, null],
    ["now-", null],
    ["now-5x", null],
    ["now-2s", null],
    ["now-9000d", null],
    ["yesterday", "today"],
    ["2026-03-01T14:00:00Z", "2026-03-01T13:00:00Z"],
    ["2026-03-01T13:00:00Z", null],
  ])("takes the last six hours for %s to %s", (from, to) => {
    expect(resolveRange(from, to, NOW)).toEqual({ from: NOW - 21_600, to: NOW, relative: "6h" });
  });
});

it("reads a length that was typed, as people write one", () => {
  expect(["45m", " 3 d ", "1h30m", "2 hours", "45 min", "90S"].map(typedRange)).toEqual([
    "45m",
    "3d",
    "1h30m",
    "2h",
    "45m",
    "90s",
  ]);
  expect(["", "45", "m", "2s", "9000d", "soon", "-3h", "1.5h"].map(typedRange)).toEqual(Array(8).fill(null));
});

it("spells ranges in the URL so that they are read back", () => {
  for (const range of [{ relative: "6h" }, { from: NOW - 700, to: NOW - 100 }]) {
    const { from, to } = rangeToUrl(range);
    const read = resolveRange(from, to, NOW);
    if ("relative" in range) expect(read.relative).toBe(range.relative);
    else expect(read).toEqual({ ...range, relative: null });
  }
});

it("parses ends of a range", () => {
  expect(parseTime("2026-03-01T14:00:00Z")).toBe(NOW);
  expect(parseTime("1772373600.9")).toBe(NOW);
  for (const text of ["", null, undefined, "12", "soon"]) expect(parseTime(text)).toBeNull();
});

describe("zoomedOut", () => {
  it("takes the next relative range, and stays at the longest", () => {
    expect(zoomedOut({ from: NOW - 3600, to: NOW, relative: "1h" }, NOW)).toEqual({ relative: "3h" });
    expect(zoomedOut({ from: NOW - 2_592_000, to: NOW, relative: "30d" }, NOW)).toEqual({ relative: "30d" });
  });

  it("doubles a fixed range around its middle, not past now", () => {
    expect(zoomedOut({ from: NOW - 1200, to: NOW - 600, relative: null }, NOW)).toEqual({
      from: NOW - 1500,
      to: NOW - 300,
    });
    expect(zoomedOut({ from: NOW - 600, to: NOW, relative: null }, NOW)).toEqual({
      from: NOW - 1200,
      to: NOW,
    });
  });
});

it("says a range in words", () => {
  const now = new Date(NOW * 1000);
  expect(rangeWords(resolveRange("now-6h", null, NOW), now, "UTC")).toBe("Last 6 hours");
  const relative = (text: string) => rangeWords(resolveRange(`now-${text}`, null, NOW), now, "UTC");
  expect(["3h", "30m", "45m", "1d", "1h30m", "90s"].map(relative)).toEqual([
    "Last 3 hours",
    "Last 30 minutes",
    "Last 45 minutes",
    "Last day",
    "Last 1 hour 30 minutes",
    "Last 90 seconds",
  ]);
  expect(rangeWords({ from: NOW - 3600, to: NOW - 600, relative: null }, now, "UTC")).toBe("13:00 – 13:50");
  expect(rangeWords({ from: NOW - 90, to: NOW - 30, relative: null }, now, "UTC")).toBe(
    "13:58:30 – 13:59:30",
  );
  expect(rangeWords({ from: NOW - 90_000, to: NOW - 86_400, relative: null }, now, "UTC")).toBe(
    "2026-02-28 13:00 – 14:00",
  );
});

it("reads only refresh intervals that are on offer", () => {
  expect(["off", "5s", "1m", "7s", null, "x"].map((text) => parseRefresh(text, 10))).toEqual([
    0, 5, 60, 10, 10, 10,
  ]);
});
