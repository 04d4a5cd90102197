import { existsSync } from "node:fs";
import { SetupError } from "./setup-error.mjs";
import { findProgram, installSystemPackages } from "./system-packages.mjs";

const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const macBrowsers = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * The browser and the Prometheus that the tests use, installed first where that needs no question.
 * @param {{ root: string, signal: AbortSignal, guardian: import("./guardian.mjs").Guardian,
 *   progress: import("./progress.mjs").Progress }} options
 * @returns {Promise<{ CHROMIUM_PATH: string }>} environment variables for the tests
 * @throws {SetupError} with the command to type, where we may not install
 */
export async function findOrInstallTestTools(options) {
  const browser = () =>
    process.env.CHROMIUM_PATH ??
    browsers.map(findProgram).find((found) => found !== undefined) ??
    macBrowsers.find(existsSync);
  const hasPrometheus = () =>
    findProgram("prometheus") !== undefined && findProgram("promtool") !== undefined;
  const missing = [
    ...(browser() === undefined
      ? [{ name: "Chromium", debian: ["chromium", "fonts-liberation"], homebrew: "--cask chromium" }]
      : []),
    ...(hasPrometheus() ? [] : [{ name: "Prometheus", debian: ["prometheus"], homebrew: "prometheus" }]),
  ];
  if (missing.length > 0)
    await installSystemPackages({
      ...options,
      packages: missing.flatMap(({ debian }) => debian),
      homebrew: missing.map(({ homebrew }) => homebrew),
      missing: missing.map(({ name }) => name).join(" and "),
      otherwise: "Without them, `npm test -- --only static` still works.",
    });
  const found = browser();
  if (found === undefined || !hasPrometheus())
    throw new SetupError(
      "Chromium and Prometheus were installed, but are not on PATH. Add their folder to PATH and run this again.",
    );
  return { CHROMIUM_PATH: found };
}
