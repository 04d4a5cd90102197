/** Something the person at the terminal can put right: its message is a whole sentence and is shown without a stack. */
export class SetupError extends Error {
  /** @override */
  name = "SetupError";
}

/**
 * What to print for an error that ended a command: the sentence alone where we know what to do, else the stack.
 * @param {unknown} error
 * @returns {string}
 */
export function describeFailure(error) {
  if (!(error instanceof Error)) return String(error);
  return error.name === "SetupError" ? error.message : (error.stack ?? error.message);
}
