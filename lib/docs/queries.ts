import "server-only";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { problem } from "@/lib/errors";
import { renderPage } from "./render";

const folder = () => process.env.INFERSCOPE_DOCS_DIR ?? path.resolve("docs");

/** All pages, as their path under docs/ without `.md`, sorted. */
export async function listPages(): Promise<string[]> {
  const names = await readdir(/* turbopackIgnore: true */ folder(), { recursive: true });
  return names
    .filter((name) => name.endsWith(".md"))
    .map((name) => name.replace(/\.md$/, "").replaceAll(path.sep, "/"))
    .sort();
}

/** A page by its path under docs/ without `.md`. Throws `not_found` for anything that is not in the list. */
export async function getPage(page: string): Promise<{ title: string; html: string }> {
  if (!(await listPages()).includes(page))
    throw problem("not_found", `There is no page ${page} in the documentation.`);
  return renderPage(
    await readFile(/* turbopackIgnore: true */ path.join(folder(), `${page}.md`), "utf8"),
    page,
  );
}
