import "server-only";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { isTooLarge, ruleFileText } from "../rule-file/text";

/** A rule file of the folder as it stands now. */
export interface FolderFile {
  /** As configured, with the name: /etc/inferscope/rules/llm.yml. */
  path: string;
  /** The name of its subfolder, which is that of the Prometheus that it is for; null in the folder itself. */
  source: string | null;
  /** Null where `problem` says why it could not be read. */
  content: string | null;
  problem: string | null;
  /** Unix milliseconds. */
  changedAt: number;
}

export interface RuleFolder {
  files: FolderFile[];
  /** Why the folder could not be read whole; then nothing can be said of what is not in `files`. */
  problem: string | null;
}

const mostFiles = 500;
const isRuleFile = /\.ya?ml$/i;

const reasonOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case "ENOENT":
      return "it does not exist";
    case "EACCES":
    case "EPERM":
      return "the console may not read it";
    case "ENOTDIR":
      return "it is no folder";
    default:
      return error instanceof Error ? error.message : String(error);
  }
};

async function fileAt(path: string, source: string | null): Promise<FolderFile> {
  const file = { path, source, content: null, changedAt: 0 };
  try {
    const { mtimeMs, size } = await stat(path);
    if (isTooLarge(size))
      return { ...file, changedAt: mtimeMs, problem: "It is larger than 20 MiB; divide it." };
    return {
      ...file,
      content: ruleFileText(await readFile(path)),
      changedAt: mtimeMs,
      problem: null,
    };
  } catch (error) {
    if (error instanceof TypeError) return { ...file, problem: "It is not text in UTF-8." };
    return { ...file, problem: `It cannot be read: ${reasonOf(error)}.` };
  }
}

/** The names in a folder that are rule files, and its subfolders; what begins with a dot, as in a mounted ConfigMap, is left out. */
async function namesIn(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (name.startsWith(".")) continue;
    // Not the entry's own type: a ConfigMap's files are links.
    const kind = await stat(join(folder, name)).catch(() => null);
    if (kind?.isDirectory()) folders.push(name);
    else if (isRuleFile.test(name)) files.push(name);
  }
  return { files, folders };
}

/**
 * Reads the rule files (`*.yml`, `*.yaml`) of a folder and of its subfolders, one level deep. Does not reject: what cannot
 * be read says so.
 */
export async function readRuleFolder(folder: string): Promise<RuleFolder> {
  const paths: { path: string; source: string | null }[] = [];
  try {
    const top = await namesIn(folder);
    paths.push(...top.files.map((name) => ({ path: join(folder, name), source: null })));
    for (const source of top.folders) {
      const { files } = await namesIn(join(folder, source));
      paths.push(...files.map((name) => ({ path: join(folder, source, name), source })));
    }
  } catch (error) {
    return { files: [], problem: `The folder cannot be read: ${reasonOf(error)}.` };
  }
  const files: FolderFile[] = [];
  for (const { path, source } of paths.slice(0, mostFiles)) files.push(await fileAt(path, source));
  return {
    files,
    problem:
      paths.length > mostFiles
        ? `It holds ${paths.length} rule files; the first ${mostFiles} by name are read.`
        : null,
  };
}
