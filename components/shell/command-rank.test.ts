import { describe, expect, it } from "vitest";
import { rankCommands } from "./command-rank";

const commands = [
  { label: "Settings" },
  { label: "contra", detail: "NVIDIA Triton · liar", keywords: ["trt", "overview"] },
  { label: "ray-serve-old", detail: "Ray Serve · liar", keywords: ["overview"] },
  { label: "settings-liar", detail: "vLLM · liar", keywords: ["dup/m"] },
  { label: "tgi", detail: "TGI · engines", keywords: ["mistral"] },
  { label: "triton", detail: "NVIDIA Triton · engines", keywords: ["overview"] },
  { label: "triton-2", detail: "NVIDIA Triton · engines" },
  { label: "GPU fleet", keywords: ["dashboard"] },
  { label: "Errors & Availability", keywords: ["dashboard"] },
  { label: "Triton", keywords: ["dashboard"] },
  { label: "Examine triton", keywords: ["metric doctor"] },
  { label: "Connect a data source", keywords: ["prometheus", "add"] },
];
const found = (typed: string) => rankCommands(typed, commands).map(({ label }) => label);

describe("rankCommands", () => {
  it.each([
    ["tgi", "tgi"],
    ["triton", "triton"],
    ["gpu", "GPU fleet"],
    ["errors", "Errors & Availability"],
    ["avail", "Errors & Availability"],
    ["prometheus", "Connect a data source"],
    ["triton examine", "Examine triton"],
    ["mistral", "tgi"],
  ])("puts for %s first: %s", (typed, best) => {
    expect(found(typed)[0]).toBe(best);
  });

  it("goes from the exact name over its beginning and a word of it to other words", () => {
    expect(found("triton")).toEqual(["triton", "Triton", "triton-2", "Examine triton", "contra"]);
  });

  it("takes letters in their order last, and only from the start of a word", () => {
    expect(found("stg")).toEqual(["Settings", "settings-liar"]);
    expect(found("gpu")).not.toContain("settings-liar");
  });

  it("leaves everything as it is when nothing is typed", () => {
    expect(found(" ")).toEqual(commands.map(({ label }) => label));
  });
});
