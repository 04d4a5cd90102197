// Read before anything else, so it keeps to syntax that old versions of Node can parse.

const oldest = { major: 20, minor: 19 };

/**
 * The sentence to stop with when this version of Node is too old, or undefined.
 * @param {string} version as in `process.versions.node`
 * @returns {string | undefined}
 */
export function nodeVersionProblem(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return undefined;
  return `Inferscope needs Node ${oldest.major}.${oldest.minor} or newer; this is Node ${version}. Install a newer one (from nodejs.org, or with nvm, fnm or your package manager) and run the command again.`;
}

/** Ends this process with that sentence, unless this Node will do. */
export function requireNode() {
  const problem = nodeVersionProblem(process.versions.node);
  if (problem === undefined) return;
  console.error(problem);
  process.exit(1);
}
