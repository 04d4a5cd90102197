import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

function tokensOf(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`);
  if (start < 0) throw new Error(`${selector} is not in tokens.css`);
  const body = css.slice(start, css.indexOf("}", start));
  return Object.fromEntries(
    [...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((match) => [match[1]!, match[2]!]),
  );
}

const themes = { light: tokensOf('[data-theme="light"]'), dark: tokensOf('[data-theme="dark"]') };

/** Relative luminance, WCAG 2.2 definition. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5]
    .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [hi, lo] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (hi! + 0.05) / (lo! + 0.05);
}

const SURFACES = ["surface-page", "surface-panel", "surface-raised", "surface-hover"];
const STATES = ["critical", "warning", "ok", "info", "none"];
const SHAPES = [
  "focus",
  "border-control",
  ...STATES,
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((slot) => `chart-${slot}`),
  ...["reference", "subject", "other", "p50", "p95", "p99"].map((role) => `chart-${role}`),
];

describe.each(Object.entries(themes))("%s theme", (_theme, tokens) => {
  it.each(["text", "text-secondary", "text-link"])("%s is at least 4.5:1 on every surface", (text) => {
    for (const surface of [...SURFACES, "surface-selected"]) {
      expect(contrast(tokens[text]!, tokens[surface]!), `${text} on ${surface}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(STATES)("text of %s is at least 4.5:1 on its tint", (state) => {
    expect(contrast(tokens[`${state}-text`]!, tokens[`${state}-tint`]!)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(["accent", "accent-hover", "danger"])("text on %s is at least 4.5:1", (solid) => {
    expect(contrast(tokens["text-on-accent"]!, tokens[solid]!)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SHAPES)("%s is at least 3:1 on page, panel, raised and hover", (shape) => {
    for (const surface of SURFACES) {
      expect(contrast(tokens[shape]!, tokens[surface]!), `${shape} on ${surface}`).toBeGreaterThanOrEqual(3);
    }
  });

  it.each([
    ["the sequential ramp", [1, 2, 3, 4, 5, 6, 7].map((step) => `chart-seq-${step}`)],
    ["the percentiles", ["chart-p50", "chart-p95", "chart-p99"]],
  ])("lightness of %s is monotone", (_name, steps) => {
    const values = steps.map((step) => luminance(tokens[step]!));
    const sorted = [...values].sort((a, b) => a - b);
    expect([sorted, [...sorted].reverse()]).toContainEqual(values);
    expect(new Set(values).size).toBe(values.length);
  });
});

it("names the same tokens in both themes", () => {
  expect(Object.keys(themes.dark)).toEqual(Object.keys(themes.light));
});

it("gives a viewer whose system is dark the dark theme", () => {
  expect(tokensOf('[data-theme="system"]')).toEqual(themes.dark);
});
