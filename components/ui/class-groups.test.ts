import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { extendTailwindMerge } from "tailwind-merge";
import { expect, it } from "vitest";
import { mergeClasses } from "./class-groups";

const root = path.resolve(import.meta.dirname, "../..");

/** All of Tailwind, with our tokens. */
const mergeAll = extendTailwindMerge({
  cacheSize: 0,
  extend: {
    classGroups: {
      "font-size": [
        { text: ["caption", "body", "strong", "section", "page", "stat", "overview", "mono", "mono-body"] },
      ],
      ...Object.fromEntries(
        (["rounded", "rounded-t", "rounded-r", "rounded-b", "rounded-l"] as const).map((group) => [
          group,
          [{ [group]: ["control", "panel", "overlay", "pill"] }],
        ]),
      ),
    },
  },
});

/** Whatever may be a class in the source's texts, without its modifiers; words that are none do no harm. */
function classesInSource(): string[] {
  const found = new Set<string>();
  for (const folder of ["components", "app"])
    for (const name of readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })) {
      if (!/\.tsx?$/.test(name) || /\.test\.tsx?$|class-groups\.ts$/.test(name)) continue;
      const text = readFileSync(path.join(root, folder, name), "utf8");
      for (const [, quoted] of text.matchAll(/["'`]([^"'`\n]*)["'`]/g))
        for (const word of quoted!.split(/\s+/)) {
          const bare = word.replace(/^(?:[a-z0-9-]+(?:\[[^\]]*\])?:|\[[^\]]*\]:)+/, "");
          if (/^-?[a-z][a-z0-9-]*(?:[-(/[.].*)?$/.test(bare) && bare.length < 90) found.add(bare);
        }
    }
  return [...found].sort();
}

const headOf = (one: string) => /^-?([a-z]+)/.exec(one)![1]!;
const differ = (pair: string) => mergeClasses(pair) !== mergeAll(pair);

it("merges every class of the source as all of Tailwind would", () => {
  const classes = classesInSource();
  expect(classes.length).toBeGreaterThan(500);
  // Some of each beginning, one at least of each group: what two classes do to one another depends on their groups.
  const examples: string[] = [];
  const different: string[] = [];
  for (const one of classes) {
    const alike = examples.filter((other) => headOf(other) === headOf(one));
    different.push(...alike.flatMap((other) => [`${one} ${other}`, `${other} ${one}`]).filter(differ));
    if (!alike.some((other) => mergeAll(`${one} ${other}`) === other && mergeAll(`${other} ${one}`) === one))
      if (mergeAll(`${one} ${one}`) === one) examples.push(one);
  }
  expect(examples.length).toBeGreaterThan(100);
  for (const one of examples) different.push(...examples.map((other) => `${one} ${other}`).filter(differ));
  // A class of a group that is new here: add the group to class-groups.ts, as tailwind-merge's default config has it.
  expect(different).toEqual([]);
}, 30_000);

it("lets the later of two win, whatever stands before it", () => {
  expect(mergeClasses("h-8 px-3 hover:bg-surface-hover hover:bg-danger h-auto px-0")).toBe(
    "hover:bg-danger h-auto px-0",
  );
  expect(mergeClasses("px-2 p-4 text-body text-secondary")).toBe("p-4 text-body text-secondary");
  expect(mergeClasses("rounded-control rounded-pill border border-danger")).toBe(
    "rounded-pill border border-danger",
  );
});
