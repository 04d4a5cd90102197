import { readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");

/** What a browser loads before anything is opened, typed or hovered: all that is imported, and not by `import()`. */
async function loadedAtFirst(entries: string[]): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries,
    outdir: "never-written",
    write: false,
    metafile: true,
    bundle: true,
    format: "esm",
    splitting: true,
    packages: "external",
    loader: { ".css": "empty" },
    logLevel: "silent",
  });
  const reached = new Set<string>();
  const reach = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { path: next, kind } of metafile.inputs[file]?.imports ?? [])
      if (kind === "import-statement") reach(next);
  };
  for (const entry of entries) reach(entry);
  return [...reached];
}

it("loads no catalogue, schema or sign-in with the overview", async () => {
  const loaded = await loadedAtFirst([
    "components/overview/overview.tsx",
    "components/overview/prefetched.tsx",
    "components/shell/console-frame.tsx",
  ]);
  expect(loaded).toContain("components/overview/panels.tsx");
  const heavy = /^lib\/signals\/catalogue|^lib\/auth\/(client|sign-in)|^zod$|^recharts$|^cmdk$/;
  expect(loaded.filter((file) => heavy.test(file))).toEqual([]);
});

it("loads of the charts' actions and of the notes nothing but what opens them", async () => {
  const loaded = await loadedAtFirst(["components/overview/overview.tsx"]);
  expect(loaded.filter((file) => /^components\/(chart-actions|annotations)\//.test(file)).sort()).toEqual([
    "components/annotations/notes-button.tsx",
    "components/annotations/notes-of-page.tsx",
    "components/chart-actions/chart-panel.tsx",
    "components/chart-actions/panel-in-url.ts",
  ]);
});

it("loads no dialog with the overview, whose parts come with the first that is opened", async () => {
  const loaded = await loadedAtFirst([
    "components/overview/overview.tsx",
    "components/overview/prefetched.tsx",
    "components/shell/console-frame.tsx",
  ]);
  expect(loaded).toContain("components/shell/command-menu.tsx");
  const later =
    /^components\/ui\/(dialog|promql-dialog|code-block)\.|^components\/shell\/(command-(dialog|list)|drawer|key-list)\.|^lib\/signals\/error-guidance\./;
  expect(loaded.filter((file) => later.test(file))).toEqual([]);
  // It has all its parts in one package, of which a page gets those that something it loads names.
  for (const file of loaded.filter((each) => each.startsWith("components/")))
    expect([file, readFileSync(path.join(root, file), "utf8")]).toEqual([
      file,
      expect.not.stringMatching(/\bDialog\b[^;]*from "radix-ui"/),
    ]);
});

it("loads of the notice of takeovers nothing but the question whether there are any", async () => {
  const loaded = await loadedAtFirst(["components/shell/console-frame.tsx"]);
  expect(loaded.filter((file) => file.startsWith("components/alerts/"))).toEqual([
    "components/alerts/taken-over.tsx",
  ]);
});

it("loads no link and no tooltip with the pages for what went wrong, which every page loads in advance", async () => {
  const loaded = await loadedAtFirst(["app/error.tsx", "app/not-found.tsx", "app/global-error.tsx"]);
  expect(loaded).toContain("components/shell/page-failure.tsx");
  expect(loaded.filter((file) => /^(next|radix-ui|lucide-react)(\/|$)/.test(file))).toEqual([]);
});
