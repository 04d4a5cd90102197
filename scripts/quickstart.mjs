import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { nodeVersionProblem } from "./setup/node-version.mjs";

const problem = nodeVersionProblem(process.versions.node);
if (problem !== undefined) {
  console.error(problem);
  process.exit(1);
}

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const { createGuardian } = await import("./setup/guardian.mjs");
const { interruptSignal } = await import("./setup/interrupt.mjs");
const { createProgress } = await import("./setup/progress.mjs");
const { describeFailure } = await import("./setup/setup-error.mjs");
const { assertPortFree, consolePort } = await import("./setup/ports.mjs");
const { tryLock, withLock } = await import("./setup/lock.mjs");
const { installPackages } = await import("./setup/packages.mjs");
const { findOrInstallPrometheus } = await import("./setup/prometheus.mjs");
const { bundlePrograms, buildConsole, generatePrismaClient } = await import("./setup/build.mjs");

const interrupted = interruptSignal();
const guardian = createGuardian();
const progress = createProgress();

// The first failure ends what goes on beside it, so that its sentence is not kept waiting.
const failure = new AbortController();
const signal = AbortSignal.any([interrupted, failure.signal]);
const setup = { root, signal, guardian, progress };

/**
 * @template T
 * @param {Promise<T>} work
 * @returns {Promise<T>}
 */
const orFail = (work) => {
  work.catch((error) => failure.abort(error));
  return work;
};

// The second half says itself that it stopped.
let handedOver = false;

async function quickstart() {
  const port = consolePort(process.env.PORT);
  const host = process.env.INFERSCOPE_HOST || "127.0.0.1";
  await assertPortFree(port, host);

  const binaries = orFail(
    process.env.PROMETHEUS_URL ? Promise.resolve(undefined) : findOrInstallPrometheus(setup),
  );
  const onWait = (/** @type {number} */ holder) =>
    progress.say(`Another copy is being set up in this folder (process ${holder}); waiting for it.`);
  const { running } = await orFail(
    withLock(path.join(root, ".inferscope/build.lock"), { signal, onWait }, async () => {
      await installPackages({ ...setup, dev: false });
      await generatePrismaClient(setup);
      await bundlePrograms(setup);
      const { runQuickstart } = await import(
        pathToFileURL(path.join(root, ".inferscope/build/quickstart.mjs")).href
      );
      const consoleFolder = orFail(buildConsole(setup));
      // The stack starts while the console is being built, and runs on when the lock is released.
      handedOver = true;
      const running = orFail(
        binaries.then((found) =>
          runQuickstart({ ...setup, tryLock, port, host, binaries: found, consoleFolder }),
        ),
      );
      await consoleFolder;
      return { running };
    }),
  );
  await running;
}

try {
  await quickstart();
} catch (error) {
  if (interrupted.aborted) {
    if (!handedOver) progress.say("Stopped.");
  } else {
    console.error(`\n${describeFailure(failure.signal.reason ?? error)}`);
    process.exitCode = 1;
  }
}
guardian.end();
process.exit();
