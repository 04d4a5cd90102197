import { defineConfig } from "prisma/config";

// `generate`, `validate` and `format` only check that this file exists; without it they try to download an engine.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;

export default defineConfig({
  schema: "prisma/schema",
  datasource: { url: process.env.DATABASE_URL ?? "postgresql://unused" },
});
