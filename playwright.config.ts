import { randomBytes } from "node:crypto";
import path from "node:path";
import { defineConfig, devices } from "@playwright/test";
import { freePortFrom } from "./scripts/setup/ports.mjs";

// `npm test` chooses a free port and a folder that it deletes; a run by hand keeps its data for the next one.
const port = Number(process.env.INFERSCOPE_E2E_PORT ?? 3140);
const dataDirectory =
  process.env.INFERSCOPE_E2E_DATA_DIR ?? path.join(import.meta.dirname, ".inferscope/e2e");

// Workers load this file again and must see the same account.
process.env.INFERSCOPE_E2E_EMAIL ??= "admin@example.com";
process.env.INFERSCOPE_E2E_PASSWORD ??= process.env.CI
  ? randomBytes(12).toString("base64url")
  : "end-to-end-only";
process.env.INFERSCOPE_E2E_API_KEY ??= `isk_${randomBytes(32).toString("base64url")}`;
process.env.INFERSCOPE_E2E_DATA_DIR = dataDirectory;
// Where a test may start a mail server that the stack sends to.
process.env.INFERSCOPE_E2E_SMTP_PORT ??= String(await freePortFrom(port + 400));

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  // A folder a port, since a run empties its folder and another may be going on.
  outputDir: `test-results/${port}`,
  fullyParallel: false,
  // One browser at a time: the stack and the browser share two cores, and the database is one for all specs.
  workers: 1,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: "list",
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    ...devices["Desktop Chrome"],
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
  webServer: {
    command: "node scripts/quickstart.mjs",
    url: `http://127.0.0.1:${port}/health/ready`,
    // The first start builds the console, unless `npm test` has done so.
    timeout: 300_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: "SIGTERM", timeout: 15_000 },
    stdout: "ignore",
    stderr: "pipe",
    env: {
      PORT: String(port),
      INFERSCOPE_DATA_DIR: dataDirectory,
      INFERSCOPE_DEMO_HISTORY_SECONDS: process.env.INFERSCOPE_DEMO_HISTORY_SECONDS ?? "3600",
      INFERSCOPE_ADMIN_EMAIL: process.env.INFERSCOPE_E2E_EMAIL,
      INFERSCOPE_ADMIN_PASSWORD: process.env.INFERSCOPE_E2E_PASSWORD,
      INFERSCOPE_API_KEY: process.env.INFERSCOPE_E2E_API_KEY,
      INFERSCOPE_SMTP_URL: `smtp://127.0.0.1:${process.env.INFERSCOPE_E2E_SMTP_PORT}`,
      INFERSCOPE_MAIL_FROM: "Inferscope <alerts@example.com>",
    },
  },
});
