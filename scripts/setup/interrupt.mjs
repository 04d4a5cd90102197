const parentCheckMilliseconds = 500;

/**
 * A signal that aborts on SIGINT, SIGTERM or SIGHUP, and when npm started us and is gone: killed, it takes nobody along.
 * A second SIGINT or SIGTERM ends this process at once; the guardian then ends its children.
 * @returns {AbortSignal} its reason is the name of what happened
 */
export function interruptSignal() {
  const controller = new AbortController();
  const parent = process.ppid;
  const interrupt = (/** @type {string} */ reason) => {
    if (controller.signal.aborted && reason !== "SIGHUP") process.exit(130);
    controller.abort(reason);
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
