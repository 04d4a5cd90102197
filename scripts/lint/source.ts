import { readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "vite";

/** A node of the syntax tree (ESTree, as oxc makes it), as far as the rules look at it. */
export interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

export interface Import {
  specifier: string;
  /** The file of ours it names, relative to the root; undefined for a package or a file that is not source. */
  file: string | undefined;
  /** Erased when compiled: it binds nobody at run time. */
  isTypeOnly: boolean;
  offset: number;
}

export interface Source {
  /** Relative to the root, with forward slashes. */
  file: string;
  text: string;
  /** Undefined for a style sheet. */
  program: Node | undefined;
  imports: Import[];
  directives: string[];
}

export interface Problem {
  file: string;
  line: number;
  column: number;
  rule: string;
  /** What is wrong and how to put it right. */
  message: string;
}

const extensions = ["", ".ts", ".tsx", "/index.ts", "/index.tsx"];

function resolveImport(
  specifier: string,
  from: string,
  exists: (file: string) => boolean,
): string | undefined {
  const base = specifier.startsWith("@/")
    ? specifier.slice(2)
    : specifier.startsWith(".")
      ? path.posix.join(path.posix.dirname(from), specifier)
      : undefined;
  if (base === undefined) return undefined;
  return extensions.map((extension) => base + extension).find(exists);
}

/** Reads one file. Throws an Error with the parser's words when it is not TypeScript. */
export function parseSource(file: string, text: string, exists: (file: string) => boolean): Source {
  if (file.endsWith(".css")) return { file, text, program: undefined, imports: [], directives: [] };
  const parsed = parseSync(file, text);
  if (parsed.errors.length > 0) throw new Error(`${file}: ${parsed.errors[0]?.message}`);
  const program = parsed.program as unknown as Node;
  const found = (specifier: string, offset: number, isTypeOnly: boolean): Import => ({
    specifier,
    file: resolveImport(specifier, file, exists),
    isTypeOnly,
    offset,
  });
  const statics = parsed.module.staticImports.map(({ moduleRequest, start, entries }) =>
    found(moduleRequest.value, start, entries.length > 0 && entries.every((entry) => entry.isType)),
  );
  const reexports = parsed.module.staticExports.flatMap(({ start, entries }) =>
    entries.flatMap((entry) =>
      entry.moduleRequest === null ? [] : [found(entry.moduleRequest.value, start, entry.isType)],
    ),
  );
  const dynamics = parsed.module.dynamicImports.flatMap(({ moduleRequest, start }) => {
    const literal = /^["'`]([^"'`$]+)["'`]$/.exec(text.slice(moduleRequest.start, moduleRequest.end))?.[1];
    return literal === undefined ? [] : [found(literal, start, false)];
  });
  const body = program.body as Node[];
  const directives = body.flatMap((node) => (typeof node.directive === "string" ? [node.directive] : []));
  return { file, text, program, imports: [...statics, ...reexports, ...dynamics], directives };
}

/** Reads the files (relative to the root). */
export function readSources(root: string, files: string[]): Source[] {
  const known = new Set(files);
  return files.map((file) =>
    parseSource(file, readFileSync(path.join(root, file), "utf8"), (candidate) => known.has(candidate)),
  );
}

/** A problem at an offset of a source. Lines and columns begin at 1. */
export function problemAt(source: Source, offset: number, rule: string, message: string): Problem {
  const before = source.text.slice(0, offset);
  const line = before.split("\n").length;
  return { file: source.file, line, column: offset - before.lastIndexOf("\n"), rule, message };
}

/** Calls `visit` for each node of the tree, parents first. */
export function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child === "object" && child !== null && typeof (child as Node).type === "string")
        walk(child as Node, visit);
    }
  }
}

export const isTest = (file: string): boolean =>
  /\.(test|spec)\.tsx?$/.test(file) || file.startsWith("testing/") || file.startsWith("e2e/");
