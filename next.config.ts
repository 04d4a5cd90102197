import type { NextConfig } from "next";

const config: NextConfig = {
  output: "standalone",
  outputFileTracingRoot: import.meta.dirname,
  poweredByHeader: false,
  headers: async () => [
    { source: "/:path*", headers: [{ key: "X-Content-Type-Options", value: "nosniff" }] },
  ],
  reactStrictMode: true,
  // Writing the build's cache takes longer than it saves where a build is a rare thing.
  experimental: { turbopackFileSystemCacheForBuild: false },
  // The quickstart builds without it, `npm test` runs the compiler on its own.
  typescript: { ignoreBuildErrors: process.env.INFERSCOPE_SKIP_TYPE_CHECK === "1" },
};

export default config;
