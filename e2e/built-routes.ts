import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";

const consoles = path.resolve(import.meta.dirname, "../.inferscope/console");
const MANIFEST = ".next/standalone/.next/app-path-routes-manifest.json";

export type BuiltRoute = { kind: "page" | "route"; address: string };

/** Every page and route handler of the newest build, as Next lists them: `/api/v1/sources/[source]`. */
export function builtRoutes(): BuiltRoute[] {
  const newest = readdirSync(consoles)
    .map((name) => path.join(consoles, name, MANIFEST))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  if (newest === undefined) throw new Error("The console is not built; `npm test` builds it.");
  const manifest = JSON.parse(readFileSync(newest, "utf8")) as Record<string, string>;
  return Object.entries(manifest).map(([file, address]) => ({
    kind: file.endsWith("/page") ? "page" : "route",
    address,
  }));
}

/** An address that matches the pattern: parameters filled in, optional ones left out. */
export const filledIn = (pattern: string): string =>
  pattern.replace(/\/\[\[\.\.\.[^\]]+\]\]/, "").replace(/\[(?:\.\.\.)?[^\]]+\]/g, "x") || "/";
