import { SetupError } from "./setup-error.mjs";
import { findProgram, installSystemPackages } from "./system-packages.mjs";

/**
 * The Prometheus server and promtool on PATH, installed first where that needs no question.
 * @param {{ root: string, signal: AbortSignal, guardian: import("./guardian.mjs").Guardian,
 *   progress: import("./progress.mjs").Progress }} options
 * @returns {Promise<{ prometheus: string, promtool: string }>} absolute paths
 * @throws {SetupError} with the command to type, where we may not install
 */
export async function findOrInstallPrometheus(options) {
  const find = () => {
    const prometheus = findProgram("prometheus");
    const promtool = findProgram("promtool");
    return prometheus !== undefined && promtool !== undefined ? { prometheus, promtool } : undefined;
  };
  const found = find();
  if (found !== undefined) return found;
  await installSystemPackages({
    ...options,
    packages: ["prometheus"],
    homebrew: ["prometheus"],
    missing: "Prometheus",
    otherwise: "Or set PROMETHEUS_URL to a Prometheus that runs already.",
  });
  const installed = find();
  if (installed === undefined)
    throw new SetupError(
      "Prometheus was installed, but `prometheus` and `promtool` are still not on PATH. Add their folder to PATH and run this again.",
    );
  return installed;
}
