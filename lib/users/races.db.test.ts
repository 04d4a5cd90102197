import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

vi.hoisted(() => {
  Object.assign(process.env, {
    INFERSCOPE_ADMIN_EMAIL: "ops@example.com",
    INFERSCOPE_ADMIN_PASSWORD: "a password of the environment",
    INFERSCOPE_API_KEY: "isk_a_key_of_the_environment_long_enough",
  });
});

import { DEFAULT_TEAM_ID, systemActor } from "@/lib/auth/actor";
import { ensureBootstrap } from "@/lib/auth/bootstrap";
import { spendOneTimeToken } from "@/lib/auth/one-time-tokens";
import { makeSignInLink } from "@/lib/auth/sign-in-links";
import { takeAttempt } from "@/lib/auth/throttle";
import { closeDatabase, prisma, transaction } from "@/lib/db/client";
import { applyMigrations } from "@/lib/db/migrations";
import { testDatabaseUrl } from "@/testing/database";
import { changeUser, setUp } from "./commands";

/*
 * Races need transactions that commit, and what they count is the whole table: so they have a database of their own.
 */
const now = new Date("2030-01-01T00:00:00Z");
const name = `races_${randomUUID().replaceAll("-", "")}`;

async function onServer(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: testDatabaseUrl });
  await client.connect();
  await client.query(sql);
  await client.end();
}

beforeAll(async () => {
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(testDatabaseUrl!);
  url.pathname = `/${name}`;
  process.env.DATABASE_URL = url.href;
  await applyMigrations(url.href);
});

beforeEach(async () => {
  await prisma().$executeRaw`TRUNCATE "User", "ApiKey", "OneTimeToken", "SignInThrottle" CASCADE`;
  await prisma().team.upsert({
    where: { id: DEFAULT_TEAM_ID },
    create: { id: DEFAULT_TEAM_ID, name: "Default" },
    update: {},
  });
});

afterAll(async () => {
  await closeDatabase();
  await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
});

const statuses = (outcomes: PromiseSettledResult<unknown>[]) => outcomes.map(({ status }) => status).sort();

describe("at the same time", () => {
  it("several consoles start: one administrator, one key", async () => {
    await Promise.all([ensureBootstrap(now), ensureBootstrap(now), ensureBootstrap(now)]);
    expect(await prisma().user.count()).toBe(1);
    expect(await prisma().apiKey.count()).toBe(1);
  });

  it("several visitors set the console up: one administrator", async () => {
    const visitors = ["a", "b", "c"].map((visitor) =>
      setUp({ email: `${visitor}@example.com`, password: "correct horse battery", now }),
    );
    expect(statuses(await Promise.allSettled(visitors))).toEqual(["fulfilled", "rejected", "rejected"]);
    expect(await prisma().user.count()).toBe(1);
  });

  it("two administrators step each other down: one stays", async () => {
    const made = await prisma().user.createManyAndReturn({
      data: ["a", "b"].map((each) => ({
        teamId: DEFAULT_TEAM_ID,
        email: `${each}@example.com`,
        role: "admin" as const,
      })),
    });
    const changes = made.map(({ id }) =>
      changeUser(systemActor("test"), { id, change: { role: "viewer" }, now }),
    );
    expect(statuses(await Promise.allSettled(changes))).toEqual(["fulfilled", "rejected"]);
    expect(await prisma().user.count({ where: { role: "admin" } })).toBe(1);
  });

  it("a link is used twice: it works once", async () => {
    await ensureBootstrap(now);
    const { url } = await makeSignInLink(systemActor("test"), { now });
    const secret = new URLSearchParams(new URL(url).hash.slice(1)).get("token")!;
    const uses = await Promise.all(
      [0, 1, 2].map(() => transaction((tx) => spendOneTimeToken(tx, "sign_in", secret, now))),
    );
    expect(uses.filter((use) => use !== null)).toHaveLength(1);
  });

  it("twenty guesses come in: five are tried", async () => {
    const attempt = { email: "ada@example.com", address: null };
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => takeAttempt(attempt, now)));
    expect(outcomes.filter((outcome) => outcome === null)).toHaveLength(5);
  });
});
