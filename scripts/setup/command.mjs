import path from "node:path";
import { createGuardian } from "./guardian.mjs";
import { interruptSignal } from "./interrupt.mjs";
import { withLock } from "./lock.mjs";
import { createProgress } from "./progress.mjs";
import { describeFailure } from "./setup-error.mjs";

/**
 * What every command stands on: the clone, a signal that aborts when it is to stop, and who ends its children.
 * @typedef {{ root: string, signal: AbortSignal, guardian: import("./guardian.mjs").Guardian,
 *   progress: import("./progress.mjs").Progress }} Setup
 */

export const root = path.resolve(import.meta.dirname, "../..");

/**
 * Runs a command and ends this process: with the status that `main` answers, with 1 and a sentence when it fails, with
 * 130 when it is interrupted.
 * @param {(setup: Setup) => Promise<number>} main
 */
export async function command(main) {
  const signal = interruptSignal();
  const progress = createProgress();
  /** @type {number} */
  let status;
  try {
    status = await main({ root, signal, guardian: createGuardian(), progress });
  } catch (error) {
    if (signal.aborted) progress.say("Stopped.");
    else console.error(`\n${describeFailure(error)}`);
    status = signal.aborted ? 130 : 1;
  }
  process.exit(status);
}

/**
 * Runs `work` while no other copy installs or builds in this clone.
 * @template T
 * @param {Setup} setup
 * @param {() => Promise<T>} work
 */
export const whileBuildingAlone = ({ root, signal, progress }, work) =>
  withLock(
    path.join(root, ".inferscope/build.lock"),
    {
      signal,
      onWait: (holder) =>
        progress.say(`Another copy is being set up in this folder (process ${holder}); waiting for it.`),
    },
    work,
  );
