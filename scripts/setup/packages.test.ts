import { describe, expect, it } from "vitest";
import { packagesPlan } from "./packages.mjs";

const entry = (version: string, more = {}) => ({ version, ...more });
const wanted = {
  packages: {
    "": {},
    "node_modules/next": entry("16.4.6"),
    "node_modules/vitest": entry("4.1.12", { dev: true }),
    "node_modules/@esbuild/darwin-arm64": entry("0.28.2", { optional: true }),
  },
};
const running = { packages: { "node_modules/next": entry("16.4.6") } };
const full = { packages: { ...running.packages, "node_modules/vitest": entry("4.1.12", { dev: true }) } };
const old = { packages: { "node_modules/next": entry("16.4.5") } };
const node = "linux-x64-115";

describe("what to do about node_modules", () => {
  it.each([
    { name: "nothing there", installed: undefined, dev: false, expected: "install" },
    { name: "what running needs is there", installed: running, dev: false, expected: "nothing" },
    {
      name: "packages for development are there too, and stay",
      installed: full,
      dev: false,
      expected: "nothing",
    },
    { name: "everything is there", installed: full, dev: true, expected: "nothing" },
    {
      name: "tests need more, beside a copy that may be running",
      installed: running,
      dev: true,
      expected: "add",
    },
    { name: "another version", installed: old, dev: false, expected: "install" },
    { name: "another version, tests", installed: old, dev: true, expected: "install" },
    {
      name: "another Node since",
      installed: full,
      installedFor: "linux-x64-108",
      dev: false,
      expected: "install",
    },
    { name: "the same Node", installed: full, installedFor: node, dev: false, expected: "nothing" },
  ])("$name: $expected", ({ installed, installedFor, dev, expected }) => {
    expect(packagesPlan({ wanted, installed, node, installedFor, dev })).toBe(expected);
  });
});
