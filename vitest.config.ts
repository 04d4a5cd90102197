import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  resolve: {
    tsconfigPaths: true,
    // "server-only" throws outside a React server build; the guard it gives is checked by `next build`.
    alias: { "server-only": new URL("./testing/server-only.ts", import.meta.url).pathname },
  },
  test: {
    include: ["{lib,components,stack,scripts,testing,app}/**/*.test.{ts,tsx}"],
    environment: "node",
    pool: "forks",
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
