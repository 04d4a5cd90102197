import { readFileSync } from "node:fs";

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
  const started = npmSide();
  const timer = setInterval(() => {
    if (npmSide() === started) return;
    clearInterval(timer);
    if (!controller.signal.aborted) interrupt("npm ended");
  }, parentCheckMilliseconds);
  timer.unref();
  return controller.signal;
}

/**
 * The pid of our parent, or of its parent where ours is only the shell that npm put in between, which outlives npm.
 */
function npmSide() {
  const parent = process.ppid;
  try {
    if (!readFileSync(`/proc/${parent}/cmdline`, "utf8").split("\0").includes("-c")) return parent;
    const stat = readFileSync(`/proc/${parent}/stat`, "utf8");
    // The second field is the program's name in brackets and may hold spaces; the parent is the fourth.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return parent;
  }
}
