import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorCodes } from "./codes";

const folder = new URL("../../docs/errors/", import.meta.url);

describe("docs/errors", () => {
  it("has a page for every code and no other", () => {
    const pages = readdirSync(folder).filter((name) => name.endsWith(".md"));
    expect(pages.sort()).toEqual(
      Object.keys(errorCodes)
        .map((code) => `${code}.md`)
        .sort(),
    );
  });

  it.each(Object.entries(errorCodes))(
    "%s: the page names its title and status and says how to fix it",
    (code, { status, title }) => {
      const page = readFileSync(new URL(`${code}.md`, folder), "utf8");
      expect(page).toContain(`# ${title}`);
      expect(page).toContain(`\`${code}\``);
      expect(page).toContain(String(status));
      expect(page).toMatch(/## What happened/);
      expect(page).toMatch(/## How to fix/);
    },
  );
});
