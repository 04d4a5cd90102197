import { describe, expect, it } from "vitest";
import { memoryHealth } from "./memory-health";

const none = { corrected: 0, uncorrected: 0, remappedRows: 0, remapFailed: false };

describe("memoryHealth", () => {
  it.each([
    ["no errors", none, "ok"],
    ["corrected errors", { ...none, corrected: 1200 }, "ok"],
    ["a few remapped rows", { ...none, remappedRows: 7 }, "ok"],
    ["as many rows as a bank has spares", { ...none, remappedRows: 8 }, "watch"],
    ["an uncorrected error", { ...none, uncorrected: 1 }, "reset"],
    ["a failed remap, whatever else", { ...none, uncorrected: 3, remapFailed: true }, "replace"],
    [
      "nothing measured",
      { corrected: null, uncorrected: null, remappedRows: null, remapFailed: null },
      "unknown",
    ],
    ["rows alone", { corrected: null, uncorrected: null, remappedRows: 0, remapFailed: null }, "ok"],
  ] as const)("of %s says %#", (_name, errors, verdict) => {
    expect(memoryHealth(errors).verdict).toBe(verdict);
  });

  it("counts in words", () => {
    expect(memoryHealth({ ...none, corrected: 1200, remappedRows: 1 }).text).toBe(
      "1,200 memory errors corrected since the driver was loaded, 1 memory row replaced by spare ones: normal in the life of a GPU.",
    );
    expect(memoryHealth({ ...none, uncorrected: 1 }).text).toContain("1 memory error could not");
  });
});
