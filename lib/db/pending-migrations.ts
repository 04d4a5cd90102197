import { existsSync, readdirSync } from "node:fs";

/** Names of the migrations in a folder, in the order they apply. */
export const migrationNames = (directory: string): string[] =>
  existsSync(directory)
    ? readdirSync(directory, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
        .sort()
    : [];

/** Names of migrations in the folder that this database has not applied, in order. Needs no engine. Throws as `query` does. */
export async function pendingMigrations(
  query: (sql: string) => Promise<{ migration_name: string }[]>,
  migrationsDirectory: string,
): Promise<string[]> {
  const rows = await query(
    'SELECT migration_name FROM "_prisma_migrations" WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const applied = new Set(rows.map((row) => row.migration_name));
  return migrationNames(migrationsDirectory).filter((name) => !applied.has(name));
}
