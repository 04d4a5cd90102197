import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testDatabaseUrl } from "@/testing/database";
import { migrationNames, pendingMigrations } from "./pending-migrations";

const name = `migrations_${randomBytes(6).toString("hex")}`;
const folder = path.resolve("prisma/migrations");
let url: string;

const onServer = async (sql: string) => {
  const client = new pg.Client({ connectionString: testDatabaseUrl });
  await client.connect();
  await client.query(sql).finally(() => client.end());
};

beforeAll(async () => {
  await onServer(`CREATE DATABASE ${name}`);
  const database = new URL(testDatabaseUrl!);
  database.pathname = `/${name}`;
  url = database.href;
});
afterAll(() => onServer(`DROP DATABASE ${name} WITH (FORCE)`));

const script = (verb: string) =>
  promisify(execFile)(process.execPath, ["--import", "tsx", "scripts/migrate.ts", verb], {
    env: { ...process.env, DATABASE_URL: url },
  });

describe("migrations", () => {
  it("apply once when several processes start at once, and then there is nothing left", async () => {
    const said = (await Promise.all([script("deploy"), script("deploy"), script("deploy")]))
      .map(({ stdout }) => stdout.trim())
      .sort();
    expect(said).toEqual([
      `Applied ${migrationNames(folder).join(", ")}.`,
      "Nothing to apply.",
      "Nothing to apply.",
    ]);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const pending = await pendingMigrations(async (sql) => (await client.query(sql)).rows, folder).finally(
      () => client.end(),
    );
    expect(pending).toEqual([]);
  });

  it("hold everything that the schema says", async () => {
    expect((await script("check")).stdout.trim()).toBe("Schema and migrations agree.");
  });
});
