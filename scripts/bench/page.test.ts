import { describe, expect, it } from "vitest";
import { type Machine, versionIn } from "./machine";
import type { Failure, Measurement } from "./measurement";
import { barText, benchmarksPage, resultLines } from "./page";
import { quantity } from "./quantity";

const machine: Machine = {
  processor: "A processor | with a bar",
  cores: 2,
  memory: 8 * 2 ** 30,
  system: "Linux 6.1 x64",
  node: "20.20.0",
  prometheus: "2.42.0",
  chromium: "140.0",
  load: 0.4,
};
const cold: Measurement = {
  number: 1,
  title: "Eight panels, cold",
  unit: "seconds",
  subject: { of: "console", values: [0.42, 0.4, 0.41] },
  reference: { of: "Prometheus alone", values: [0.3, 0.2, 0.25] },
  bar: { kind: "ratio", factor: 1.25, allowance: 0.03 },
  details: ["Seven rounds."],
};
const scripts: Measurement = {
  number: 3,
  title: "Scripts",
  unit: "bytes",
  subject: { of: "all scripts", values: [298_000] },
  bar: { kind: "absolute", most: 300_000 },
  details: [],
};
const failed: Failure = { number: 4, title: "Navigation", failure: "It never\nended." };
const page = (parts: Partial<Machine> = {}, isBuiltEarlier = false) =>
  benchmarksPage({
    isBuiltEarlier,
    machine: { ...machine, ...parts },
    commit: "abc123-dirty",
    startedAt: new Date("2026-03-01T14:05:59Z"),
    minutes: 10,
    outcomes: [cold, scripts, failed],
  });

describe("quantities", () => {
  it.each([
    [0.0412, "seconds", "41.2 ms"],
    [0.41249, "seconds", "412 ms"],
    [1.2345, "seconds", "1,235 ms"],
    [12.34, "seconds", "12.3 s"],
    [299_960, "bytes", "300.0 kB"],
    [254_300_000, "bytes", "254.3 MB"],
    [1204, "count", "1,204"],
    [1.5, "count", "1.5"],
  ] as const)("%d %s is %s", (value, unit, text) => {
    expect(quantity(value, unit)).toBe(text);
  });

  it("spells bars as people set them", () => {
    expect(barText({ kind: "ratio", factor: 1.25, allowance: 0.03 }, "seconds")).toBe(
      "at most 1.25 × + 30 ms",
    );
    expect(barText({ kind: "ratio", factor: 1.1, allowance: 0 }, "count")).toBe("at most 1.1 ×");
    expect(barText({ kind: "absolute", most: 300_000 }, "bytes")).toBe("at most 300.0 kB");
  });
});

describe("the page", () => {
  it("has a row a measurement, with medians, spread, ratio, bar and whether it was met", () => {
    const rows = page().split("\n");
    expect(rows).toContain(
      "| 1. Eight panels, cold | console: 410 ms (400 ms – 420 ms) | Prometheus alone: 250 ms (200 ms – 300 ms) | 1.64 × | at most 1.25 × + 30 ms = 343 ms | **not met** |",
    );
    expect(rows).toContain("| 3. Scripts | all scripts: 298.0 kB | – | – | at most 300.0 kB | met |");
  });

  it("says what could not be measured, and why, on one line", () => {
    const rows = page().split("\n");
    expect(rows).toContain("| 4. Navigation | not measured | – | – | – | – |");
    expect(rows).toContain("- Not measured: It never ended.");
  });

  it("describes the run, and keeps a bar in a name from breaking the table", () => {
    const text = page();
    expect(text).toContain("| Processor | A processor \\| with a bar, 2 cores |");
    expect(text).toContain("| Memory | 8.0 GiB |");
    expect(text).toContain("| Date | 2026-03-01 14:05 UTC |");
    expect(text).toContain("| Commit | `abc123-dirty` |");
    expect(text).toContain("| Measurement 5 | 10 minutes |");
  });

  it("says when the console may be of another commit", () => {
    expect(page({}, true)).toContain(
      "| Commit | `abc123-dirty`, with a console that was built earlier (`INFERSCOPE_CONSOLE_FOLDER`) |",
    );
  });

  it("warns when the machine was busy before, and only then", () => {
    expect(page({ load: 1 })).not.toContain("provisional");
    expect(page({ load: 1.1 })).toContain("provisional");
  });
});

describe("the lines of a terminal", () => {
  it("say the same without the page's marks", () => {
    expect(resultLines([cold, failed])).toEqual([
      "1. Eight panels, cold",
      "   console: 410 ms (400 ms – 420 ms)",
      "   Prometheus alone: 250 ms (200 ms – 300 ms)",
      "   1.64 ×, at most 1.25 × + 30 ms = 343 ms: not met",
      "",
      "4. Navigation: not measured",
      "   It never\nended.",
      "",
    ]);
  });
});

describe("versions", () => {
  it.each([
    ["prometheus, version 2.42.0+ds (branch: debian/sid, revision: 2.42.0+ds-5+b5)", "2.42.0"],
    ["Chromium 140.0.7339.127 built on Debian GNU/Linux 12", "140.0.7339.127"],
    ["prometheus, version 3.0.0-rc.1 (branch: HEAD)", "3.0.0-rc.1"],
    ["no idea", "unknown"],
  ])("%s is %s", (text, version) => {
    expect(versionIn(text)).toBe(version);
  });
});
