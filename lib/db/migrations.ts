import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as bindings from "@prisma/schema-engine-wasm/schema_engine_bg";
import pg from "pg";
import { migrationNames } from "./pending-migrations";

/** Where the schema and the migrations stand. */
export type MigrationPaths = { schemaDirectory: string; migrationsDirectory: string };

type SchemaFile = { path: string; content: string };

/** Held while migrations run, so that consoles which start together apply each migration once. Any constant does. */
const ADVISORY_LOCK_KEY = 4_713_201_917;

const defaultPaths = (): MigrationPaths => ({
  schemaDirectory: path.resolve("prisma/schema"),
  migrationsDirectory: path.resolve("prisma/migrations"),
});

const schemaFiles = (directory: string): SchemaFile[] =>
  readdirSync(directory)
    .filter((name) => name.endsWith(".prisma"))
    .sort()
    .map((name) => ({
      path: path.join(directory, name),
      content: readFileSync(path.join(directory, name), "utf8"),
    }));

let loaded: Promise<typeof bindings.SchemaEngine> | undefined;

/** The engine, loaded once a process: its glue code is bound to one instance of the module. */
function engineClass(): Promise<typeof bindings.SchemaEngine> {
  loaded ??= loadEngine();
  return loaded;
}

/**
 * Loads the WebAssembly build of Prisma's schema engine by hand: the package's main file imports the .wasm as an ES
 * module, which Node 20 cannot do, and the .wasm is not in its "exports", so it is found beside the JavaScript.
 */
async function loadEngine(): Promise<typeof bindings.SchemaEngine> {
  const script = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm/schema_engine_bg");
  const panics = {
    message: "",
    set_message(message: string) {
      panics.message = message;
    },
  };
  Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: panics });
  const { instance } = await WebAssembly.instantiate(readFileSync(script.replace(/\.js$/, ".wasm")), {
    "./schema_engine_bg.js": bindings as unknown as WebAssembly.ModuleImports,
  });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports.__wbindgen_start as () => void)();
  return bindings.SchemaEngine;
}

/** The newest migration's snapshot of the schema, which is all that applying needs: an image holds no other. */
const newestSnapshot = (paths: MigrationPaths): string => {
  const newest = migrationNames(paths.migrationsDirectory).at(-1);
  if (newest === undefined) throw new Error(`there are no migrations in ${paths.migrationsDirectory}`);
  return path.join(paths.migrationsDirectory, newest, "schema");
};

async function withEngine<T>(
  databaseUrl: string,
  paths: MigrationPaths,
  modelDirectory: string,
  use: (engine: bindings.SchemaEngine, list: bindings.MigrationList) => Promise<T>,
): Promise<T> {
  const SchemaEngine = await engineClass();
  // The adapter keeps its pool to itself; idle connections must not outlive the work, nor keep a script alive.
  const adapter = new PrismaPg({
    connectionString: databaseUrl,
    allowExitOnIdle: true,
    idleTimeoutMillis: 100,
  });
  const engine = await SchemaEngine.new(
    { datamodels: schemaFiles(modelDirectory).map((file) => [file.path, file.content]) },
    () => {},
    bindMigrationAwareSqlAdapterFactory(adapter),
  );
  const lockFile = path.join(paths.migrationsDirectory, "migration_lock.toml");
  try {
    return await use(engine, {
      baseDir: paths.migrationsDirectory,
      lockfile: {
        path: "migration_lock.toml",
        content: existsSync(lockFile) ? readFileSync(lockFile, "utf8") : null,
      },
      shadowDbInitScript: "",
      migrationDirectories: migrationNames(paths.migrationsDirectory).map((name) => ({
        path: name,
        migrationFile: {
          path: "migration.sql",
          content: {
            tag: "ok",
            value: readFileSync(path.join(paths.migrationsDirectory, name, "migration.sql"), "utf8"),
          },
        },
      })),
    } as bindings.MigrationList);
  } finally {
    engine.free();
  }
}

const filters = { externalTables: [], externalEnums: [] };

/**
 * Applies the migrations that the database lacks and returns their names. Safe when several processes start at once:
 * the others wait for an advisory lock and then find nothing to do. Throws when a migration failed before (P3009) or
 * fails now, with the engine's message; what succeeded before it stays applied.
 */
export async function applyMigrations(
  databaseUrl: string,
  paths: MigrationPaths = defaultPaths(),
): Promise<string[]> {
  const lock = new pg.Client({ connectionString: databaseUrl });
  await lock.connect();
  try {
    await lock.query("SELECT pg_advisory_lock($1)", [ADVISORY_LOCK_KEY]);
    return await withEngine(databaseUrl, paths, newestSnapshot(paths), async (engine, migrationsList) => {
      const result = await engine.applyMigrations({ migrationsList, filters });
      return result.appliedMigrationNames;
    });
  } finally {
    await lock.end();
  }
}

/** Pending, edited and failed migrations, as the engine reports them. */
export function migrationStatus(databaseUrl: string, paths: MigrationPaths = defaultPaths()) {
  return withEngine(databaseUrl, paths, newestSnapshot(paths), (engine, migrationsList) =>
    engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters }),
  );
}

/**
 * The SQL that leads from the newest migration's snapshot of the schema to the schema as it is now; null when they are
 * equal. Snapshots stand in for Prisma's shadow database, which this engine cannot use over the pg adapter.
 */
export function schemaDifference(
  databaseUrl: string,
  paths: MigrationPaths = defaultPaths(),
): Promise<string | null> {
  const newest = migrationNames(paths.migrationsDirectory).at(-1);
  const model = (directory: string) => ({
    tag: "schemaDatamodel" as const,
    configDir: directory,
    files: schemaFiles(directory),
  });
  return withEngine(databaseUrl, paths, paths.schemaDirectory, async (engine) => {
    const result = await engine.diff({
      from:
        newest === undefined
          ? { tag: "empty" }
          : model(path.join(paths.migrationsDirectory, newest, "schema")),
      to: model(paths.schemaDirectory),
      script: true,
      exitCode: true,
      filters,
      shadowDatabaseUrl: null,
    } as unknown as Parameters<typeof engine.diff>[0]);
    return result.exitCode === 0 ? null : (result.stdout ?? "");
  });
}

/** Writes a migration for the schema's changes, with a snapshot of the schema, and returns its name; null when nothing changed. */
export async function createMigration(
  databaseUrl: string,
  name: string,
  now: Date,
  paths: MigrationPaths = defaultPaths(),
): Promise<string | null> {
  const sql = await schemaDifference(databaseUrl, paths);
  if (sql === null) return null;
  const migration = `${now.toISOString().replace(/\D/g, "").slice(0, 14)}_${name}`;
  const directory = path.join(paths.migrationsDirectory, migration);
  mkdirSync(path.join(directory, "schema"), { recursive: true });
  writeFileSync(path.join(directory, "migration.sql"), sql);
  for (const file of schemaFiles(paths.schemaDirectory))
    cpSync(file.path, path.join(directory, "schema", path.basename(file.path)));
  const lockFile = path.join(paths.migrationsDirectory, "migration_lock.toml");
  if (!existsSync(lockFile)) writeFileSync(lockFile, 'provider = "postgresql"\n');
  return migration;
}
