import path from "node:path";
import { pathToFileURL } from "node:url";
import { requireNode } from "./setup/node-version.mjs";

requireNode();
const { command, whileBuildingAlone } = await import("./setup/command.mjs");
const { assertPortFree, consolePort } = await import("./setup/ports.mjs");
const { tryLock } = await import("./setup/lock.mjs");
const { installPackages } = await import("./setup/packages.mjs");
const { findOrInstallPrometheus } = await import("./setup/prometheus.mjs");
const { bundlePrograms, buildConsole, generatePrismaClient } = await import("./setup/build.mjs");

await command(async (given) => {
  const port = consolePort(process.env.PORT);
  const host = process.env.INFERSCOPE_HOST || "127.0.0.1";
  await assertPortFree(port, host);

  // The first failure ends what goes on beside it, so that its sentence is not kept waiting.
  const failure = new AbortController();
  const setup = { ...given, signal: AbortSignal.any([given.signal, failure.signal]) };
  /**
   * @template T
   * @param {Promise<T>} work
   * @returns {Promise<T>}
   */
  const orFail = (work) => {
    work.catch((error) => failure.abort(error));
    return work;
  };

  const binaries = orFail(
    process.env.PROMETHEUS_URL ? Promise.resolve(undefined) : findOrInstallPrometheus(setup),
  );
  /** @type {Promise<void> | undefined} */
  let running;
  try {
    const start = async (/** @type {Promise<string>} */ consoleFolder) => {
      const program = path.join(setup.root, ".inferscope/build/quickstart.mjs");
      const { runQuickstart } = await import(pathToFileURL(program).href);
      running = orFail(
        binaries.then((found) =>
          runQuickstart({ ...setup, tryLock, port, host, binaries: found, consoleFolder }),
        ),
      );
    };
    // Tests try what they have built, whatever was edited since.
    const built = process.env.INFERSCOPE_CONSOLE_FOLDER;
    if (built) await start(Promise.resolve(built));
    else
      await whileBuildingAlone(setup, async () => {
        await installPackages({ ...setup, dev: false });
        await generatePrismaClient(setup);
        await bundlePrograms(setup);
        const consoleFolder = orFail(buildConsole(setup));
        // The stack starts while the console is being built, and runs on when the lock is released.
        await start(consoleFolder);
        await consoleFolder;
      });
  } catch (error) {
    failure.abort(error);
  }
  // It stops what it started before it says why, whatever went wrong elsewhere.
  await running?.catch(() => {});
  if (given.signal.aborted && running !== undefined) return 0;
  throw setup.signal.reason;
});
