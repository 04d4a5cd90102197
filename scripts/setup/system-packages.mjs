import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { run } from "./run.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * The absolute path of a program on PATH, or undefined.
 * @param {string} name
 */
export function findProgram(name) {
  for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
    const candidate = path.join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

// Debian starts a service that it installs. We run programs ourselves, on ports of our own, so the start is refused
// for the time of the installation, unless the machine has a policy already.
const install = `
set -e
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\\nexit 101\\n' > $policy
  chmod 755 $policy
  trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  trap 'exit 1' HUP INT TERM
fi
options='-o DPkg::Lock::Timeout=300 -o Acquire::Retries=3'
apt-get $options -q update
apt-get $options -q install -y --no-install-recommends "$@"
`;

/** The command that a person would type, on a system whose package manager we know. */
function commandFor(/** @type {string[]} */ packages, /** @type {string[]} */ homebrew) {
  if (existsSync("/usr/bin/apt-get")) return `sudo apt-get install -y ${packages.join(" ")}`;
  return process.platform === "darwin" ? `brew install ${homebrew.join(" ")}` : undefined;
}

/**
 * Installs Debian packages where that needs no question: as root, or where sudo asks for no password.
 * @param {{ packages: string[], homebrew: string[], missing: string, otherwise: string, root: string, signal: AbortSignal,
 *   guardian: import("./guardian.mjs").Guardian, progress: import("./progress.mjs").Progress }} options
 *   `missing` names what is lacking ("Prometheus"), `otherwise` is a sentence on what else would do
 * @throws {SetupError} with the one command to type, where we may not install
 */
export async function installSystemPackages({
  packages,
  homebrew,
  missing,
  otherwise,
  root,
  signal,
  guardian,
  progress,
}) {
  const isRoot = process.getuid?.() === 0;
  const mayInstall =
    existsSync("/usr/bin/apt-get") &&
    (isRoot ||
      (findProgram("sudo") !== undefined &&
        (
          await run("sudo", ["-n", "true"], {
            what: "Asking sudo",
            cwd: root,
            signal,
            guardian,
            allowFailure: true,
          })
        ).code === 0));
  if (!mayInstall) {
    const command = commandFor(packages, homebrew);
    const remedy =
      command === undefined
        ? `Install ${missing} with your package manager`
        : `Install it with \`${command}\``;
    throw new SetupError(`${missing} was not found on PATH. ${remedy} and run this again. ${otherwise}`);
  }
  await progress.step(`Installing ${missing} (apt-get install ${packages.join(" ")})`, async (report) => {
    report.finish(`${missing} installed`);
    const [command, ...before] = isRoot ? ["/bin/sh"] : ["sudo", "-n", "/bin/sh"];
    await run(command, [...before, "-c", install, "sh", ...packages], {
      what: `Installing ${missing}`,
      cwd: root,
      signal,
      guardian,
      onLine: report.detail,
    });
  });
}
