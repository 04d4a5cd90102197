const parentCheckMilliseconds = 500;
// Ctrl-C reaches us twice: from the terminal and passed on by npm. Only a later one is a person who will not wait.
const sameInterruptMilliseconds = 1000;

/** The reason of an abort that a person, or what started us, asked for. */
export class Interruption extends Error {
  /** @override */
  name = "Interruption";
}

/**
 * A signal that aborts on SIGINT, SIGTERM or SIGHUP, and when npm started us and is gone: killed, it takes nobody along.
 * A second SIGINT or SIGTERM ends this process at once; the guardian then ends its children.
 * @returns {AbortSignal} its reason is an Interruption that names what happened
 */
export function interruptSignal() {
  const controller = new AbortController();
  const parent = process.ppid;
  let interruptedAt = 0;
  const interrupt = (/** @type {string} */ reason) => {
    if (controller.signal.aborted) {
      if (reason !== "SIGHUP" && performance.now() - interruptedAt > sameInterruptMilliseconds)
        process.exit(130);
      return;
    }
    interruptedAt = performance.now();
    controller.abort(new Interruption(reason));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, () => interrupt(name));
  // A terminal that went away makes every write fail; what matters then is to stop the children.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  if (process.env.npm_execpath === undefined) return controller.signal;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    if (!controller.signal.aborted) interrupt("the parent process ended");
  }, parentCheckMilliseconds);
  timer.unref();
  return controller.signal;
}
