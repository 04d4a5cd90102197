import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: import.meta.dirname,
  poweredByHeader: false,
  reactStrictMode: true,
  // The quickstart builds without it, `npm test` runs the compiler on its own.
  typescript: { ignoreBuildErrors: process.env.INFERSCOPE_SKIP_TYPE_CHECK === "1" },
};

export default config;
