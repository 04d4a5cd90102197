import { spawn } from "node:child_process";
import { SetupError } from "./setup-error.mjs";

const shownLines = 20;
const killAfterMilliseconds = 5000;

/**
 * Runs a program to its end and answers its output. It gets no stdin and a process group of its own, which is ended
 * when `signal` aborts and by the guardian if we die.
 * @param {string} command
 * @param {string[]} args
 * @param {{
 *   what: string, cwd: string, signal: AbortSignal,
 *   guardian?: import("./guardian.mjs").Guardian,
 *   env?: NodeJS.ProcessEnv, onLine?: (line: string) => void, allowFailure?: boolean, keptLines?: number,
 * }} options `what` begins the sentence of a failure: "Installing packages"
 * @returns {Promise<{ code: number, output: string }>} stdout and stderr as they came, the last `keptLines` lines
 * @throws {SetupError} when the program cannot be started, or ends with another code than 0 unless `allowFailure`
 */
export function run(
  command,
  args,
  { what, cwd, signal, guardian, env = process.env, onLine, allowFailure = false, keptLines = 200 },
) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    /** @type {string[]} */
    const lines = [];
    const keep = (/** @type {string} */ line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      if (line.trim() !== "") onLine?.(line);
    };
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (chunk) => {
        const parts = (rest + chunk).split(/\r?\n|\r/);
        rest = parts.pop() ?? "";
        for (const part of parts) keep(part);
      });
      stream.on("end", () => {
        if (rest !== "") keep(rest);
      });
    }
    const group = child.pid;
    if (group !== undefined) guardian?.add(group, "SIGTERM");
    const killGroup = (/** @type {NodeJS.Signals} */ name) => {
      try {
        if (group !== undefined) process.kill(-group, name);
      } catch {
        // Already gone.
      }
    };
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let killTimer;
    const stop = () => {
      killGroup("SIGTERM");
      killTimer = setTimeout(() => killGroup("SIGKILL"), killAfterMilliseconds);
    };
    signal.addEventListener("abort", stop, { once: true });
    const settle = () => {
      clearTimeout(killTimer);
      signal.removeEventListener("abort", stop);
      if (group !== undefined) guardian?.remove(group);
    };
    child.on("error", (cause) => {
      settle();
      reject(
        new SetupError(`${what} failed: ${command} could not be started (${cause.message}).`, { cause }),
      );
    });
    child.on("close", (code, killedBy) => {
      settle();
      if (signal.aborted) return reject(signal.reason);
      if (code === 0 || allowFailure) return resolve({ code: code ?? 1, output: lines.join("\n") });
      reject(
        new SetupError(
          `${what} failed: \`${[command, ...args].join(" ")}\` ended with ${killedBy ?? `code ${code}`}.\n${lines.slice(-shownLines).join("\n")}`,
        ),
      );
    });
  });
}
