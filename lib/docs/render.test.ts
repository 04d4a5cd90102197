import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { usualKeys } from "@/lib/alerts/usual-keys";
import { renderPage } from "./render";

describe("renderPage", () => {
  it("takes the title out of the text and gives the other headings an anchor", () => {
    expect(renderPage("# Alerts & rules\n\n## How to `mute`\n", "alerts")).toEqual({
      title: "Alerts & rules",
      html: '<h2 id="how-to-mute">How to <code>mute</code></h2>\n',
    });
  });

  it.each([
    ["sign-in.md", "overview", "/docs/sign-in"],
    ["not_found.md", "errors/conflict", "/docs/errors/not_found"],
    ["../configuration.md#variables", "errors/conflict", "/docs/configuration#variables"],
    ["#limits", "overview", "#limits"],
    ["https://prometheus.io", "overview", "https://prometheus.io"],
  ])("leads %s on %s to %s", (href, page, expected) => {
    expect(renderPage(`[x](${href})`, page).html).toContain(`href="${expected}"`);
  });

  it("shows code as it is written", () => {
    expect(renderPage("```\nsum by (le) (a < b)\n```", "x").html).toContain("a &lt; b");
  });
});

describe("docs/", () => {
  const root = path.resolve("docs");
  const pages = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".md"),
  );

  it.each(pages)("%s links only to pages that exist", (name) => {
    const page = name.replace(/\.md$/, "");
    const { html } = renderPage(readFileSync(path.join(root, name), "utf8"), page);
    const targets = [...html.matchAll(/href="\/docs\/([^"#]+)/g)].map((match) => `${match[1]}.md`);
    expect(targets.filter((target) => !pages.includes(target))).toEqual([]);
  });

  it("has a runbook for every usual rule, where its alert leads to", () => {
    const { html } = renderPage(readFileSync(path.join(root, "alerts.md"), "utf8"), "alerts");
    expect(usualKeys.filter((key) => !html.includes(` id="${key}"`))).toEqual([]);
  });
});
