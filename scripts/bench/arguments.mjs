import { SetupError } from "../setup/setup-error.mjs";

const all = [1, 2, 3, 4, 5, 6, 7, 8, 9];

export const usage = `Usage: npm run bench [-- [--only NUMBERS] [--minutes MINUTES]]

  1  the eight panels through the console, cold and a step later, against Prometheus alone
  2  upstream queries for 50 viewers against one
  3  JavaScript of a first visit
  4  navigation to all panels drawn, against a bare page
  5  memory of the console under 50 viewers
  6  a page of 40 panels over 7 days, cold and a step later, against Prometheus alone
  7  discovery on a server of 5,000 names and 100,000 series
  8  drawing and panning a panel of 50 series × 1,000 points, against bare uPlot
  9  a rule of 20 series replayed over 30 days at a minute, beside its range queries alone

  --only NUMBERS     measure only these, divided by commas; prints and leaves docs/benchmarks.md as it is
  --minutes MINUTES  how long measurement 5 runs, at least 2; 10 when absent`;

/**
 * What a person asked the bench for.
 * @param {string[]} args
 * @returns {{ only: ReadonlySet<number>, isComplete: boolean, minutes: number, help?: string }} `isComplete`: nothing was left out
 * @throws {SetupError} with the usage
 */
export function readArguments(args) {
  /** @type {Set<number>} */
  const only = new Set();
  let minutes = 10;
  for (let i = 0; i < args.length; i += 1) {
    const [flag = "", given] = (args[i] ?? "").split("=", 2);
    if (flag === "--help" || flag === "-h")
      return { only: new Set(all), isComplete: false, minutes, help: usage };
    if (flag !== "--only" && flag !== "--minutes")
      throw new SetupError(`${args[i]} is not an option.\n${usage}`);
    const value = given ?? args[++i] ?? "";
    if (flag === "--minutes") {
      minutes = Number(value);
      if (value.trim() === "" || !Number.isFinite(minutes) || minutes < 2)
        throw new SetupError(`--minutes takes a number of at least 2, not "${value}".\n${usage}`);
      continue;
    }
    for (const part of value.split(",")) {
      const number = Number(part);
      if (part.trim() === "" || !all.includes(number))
        throw new SetupError(`--only takes numbers from 1 to ${all.length}, not "${part}".\n${usage}`);
      only.add(number);
    }
  }
  const chosen = only.size === 0 ? new Set(all) : only;
  return { only: chosen, isComplete: chosen.size === all.length, minutes };
}
