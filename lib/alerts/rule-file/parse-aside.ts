import "server-only";
import { pathToFileURL } from "node:url";
import { parseRuleFile } from "./parse";
import type { RuleFile } from "./rule-file";

/** Below it, a few dozen milliseconds, a thread costs more than it spares. Characters. */
const worthAThread = 200_000;

/**
 * Reads a rule file as `parseRuleFile` does, a large one in a thread of its own: ten thousand rules take seconds, in which
 * this process would answer nobody. In this thread where the program for it is not there, as in development. Rejects with
 * the signal's reason when it aborts.
 */
export async function parseRuleFileAside(
  text: string,
  file: string,
  signal?: AbortSignal,
): Promise<RuleFile> {
  // Set by the start.
  const program = process.env.INFERSCOPE_RULE_PARSER;
  if (program === undefined || text.length < worthAThread) return parseRuleFile(text, file);
  signal?.throwIfAborted();
  // Not imported: Next's bundler would look for the program.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const worker = new Worker(pathToFileURL(program), {
    workerData: { text, file },
    // Most of what it makes lives until its end: looking through it again and again takes a fifth of the time.
    resourceLimits: { maxYoungGenerationSizeMb: 256 },
  });
  const abort = () => void worker.terminate();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await new Promise<RuleFile>((resolve, reject) => {
      worker.once("message", resolve);
      worker.once("error", reject);
      worker.once("exit", (code) =>
        reject(signal?.reason ?? new Error(`The thread that reads ${file} ended with ${code}.`)),
      );
    });
  } finally {
    signal?.removeEventListener("abort", abort);
    await worker.terminate();
  }
}
