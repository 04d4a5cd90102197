import { availableParallelism } from "node:os";
import react from "@vitejs/plugin-react";
import { configDefaults, defineConfig } from "vitest/config";

const folders = "{lib,components,stack,scripts,testing,app}";
const tests = `${folders}/**/*.test.{ts,tsx}`;
const withDatabase = [`${folders}/**/*.db.test.{ts,tsx}`, `${folders}/**/route.test.{ts,tsx}`];

export default defineConfig({
  plugins: [react()],
  resolve: {
    tsconfigPaths: true,
    // "server-only" throws outside a React server build; the guard it gives is checked by `next build`.
    alias: { "server-only": new URL("./testing/server-only.ts", import.meta.url).pathname },
  },
  test: {
    environment: "node",
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: "db",
          include: withDatabase,
          // One after the other: they share a database, and some count all that is in it.
          maxWorkers: 1,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "unit",
          include: [tests],
          exclude: [...configDefaults.exclude, ...withDatabase],
          // More than the one that two cores get by default: many tests wait for a real server.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
