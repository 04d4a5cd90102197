import { execFile } from "node:child_process";
import { cpus, release, totalmem, type } from "node:os";
import { promisify } from "node:util";

const runFile = promisify(execFile);

export interface Machine {
  processor: string;
  cores: number;
  /** Bytes. */
  memory: number;
  system: string;
  node: string;
  prometheus: string;
  chromium: string;
  /** Runnable processes on average over the last minute, before anything of ours began. */
  load: number;
}

/** The version in a line such as "prometheus, version 2.42.0 (branch: HEAD)" or "Chromium 140.0.7339.127". */
export const versionIn = (text: string): string => /\d+(?:\.\d+)+(?:-[\w.]+)?/.exec(text)?.[0] ?? "unknown";

/** Versions go to stdout or stderr, as each program likes. */
async function versionOf(binary: string): Promise<string> {
  const { stdout, stderr } = await runFile(binary, ["--version"], { timeout: 20_000 });
  return versionIn(`${stdout}\n${stderr}`);
}

/** What the bench runs on. Rejects when a program does not say its version. */
export async function describeMachine(
  programs: { prometheus: string; chromium: string },
  load: number,
): Promise<Machine> {
  const [prometheus, chromium] = await Promise.all([
    versionOf(programs.prometheus),
    versionOf(programs.chromium),
  ]);
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() || "unknown processor",
    cores: processors.length,
    memory: totalmem(),
    system: `${type()} ${release()} ${process.arch}`,
    node: process.versions.node,
    prometheus,
    chromium,
    load,
  };
}

/** The commit that is measured, with `-dirty` when files differ from it; "unknown" outside a git clone. */
export async function describeCommit(root: string): Promise<string> {
  const args = ["-c", "safe.directory=*", "describe", "--always", "--dirty", "--exclude=*", "--abbrev=10"];
  return runFile("git", args, { cwd: root }).then(
    ({ stdout }) => stdout.trim(),
    () => "unknown",
  );
}
