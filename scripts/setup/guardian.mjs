import { spawn } from "node:child_process";

// A shell that outlives us by seconds: when our end of its stdin closes, for whatever reason (kill -9 included), it
// ends the process groups that it was told of. It runs in a session of its own, so that neither Ctrl-C nor a kill of
// our group takes it along.
const watch = `
trap '' HUP INT TERM
groups=' '
while read -r verb group signal; do
  case $verb in
    add) groups="$groups$group:$signal " ;;
    remove)
      kept=' '
      for entry in $groups; do [ "\${entry%%:*}" = "$group" ] || kept="$kept$entry "; done
      groups=$kept ;;
  esac
done
for entry in $groups; do kill -s "\${entry##*:}" -- "-\${entry%%:*}" 2>/dev/null; done
left=80
while [ $left -gt 0 ]; do
  alive=
  for entry in $groups; do kill -s 0 -- "-\${entry%%:*}" 2>/dev/null && alive=1; done
  [ -z "$alive" ] && exit 0
  sleep 0.1
  left=$((left - 1))
done
for entry in $groups; do kill -s KILL -- "-\${entry%%:*}" 2>/dev/null; done
`;

/** @typedef {{ add(group: number, signal: string): void, remove(group: number): void }} Guardian */

/**
 * Ends the process groups it was told of if this process dies without ending them itself. `add` takes the pid of a
 * group leader (a child spawned `detached`) and the signal that ends it cleanly.
 * @returns {Guardian}
 */
export function createGuardian() {
  const shell = spawn("/bin/sh", ["-c", watch], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  shell.unref();
  shell.on("error", () => {});
  shell.stdin.on("error", () => {});
  // A pipe to a child keeps Node running unless told otherwise; the type knows only of a Writable.
  /** @type {import("node:net").Socket} */ (/** @type {unknown} */ (shell.stdin)).unref();
  const tell = (/** @type {string} */ line) => {
    shell.stdin.write(`${line}\n`);
  };
  return {
    add: (group, signal) => tell(`add ${group} ${signal.replace(/^SIG/, "")}`),
    remove: (group) => tell(`remove ${group}`),
  };
}
