import "server-only";
import { recordChanges } from "@/lib/audit/record";
import { config } from "@/lib/config";
import { type Transaction, transaction } from "@/lib/db/client";
import { log } from "@/lib/observability/log";
import { DEFAULT_TEAM_ID, systemActor } from "./actor";
import {
  createFirstAdministrator,
  ensureDefaultTeam,
  lockFirstAdministrator,
  needsFirstAdministrator,
} from "./first-administrator";
import { lifetimesMs, makeOneTimeToken } from "./one-time-tokens";
import { hashPassword } from "./passwords";
import { hashSecret, keyPrefix } from "./tokens";

const ENVIRONMENT_KEY_NAME = "INFERSCOPE_API_KEY";

async function ensureEnvironmentKey(tx: Transaction, key: string, now: Date): Promise<void> {
  const hash = hashSecret(key);
  const present = await tx.apiKey.findUnique({ where: { hash } });
  if (present !== null) {
    if (present.revokedAt !== null) log.warn({ event: "environment_api_key_is_revoked", apiKey: present.id });
    return;
  }
  // The variable holds another key than before, so the one it replaces is no longer meant to work.
  const replaced = await tx.apiKey.updateManyAndReturn({
    where: { teamId: DEFAULT_TEAM_ID, name: ENVIRONMENT_KEY_NAME, createdById: null, revokedAt: null },
    data: { revokedAt: now },
  });
  const made = await tx.apiKey.create({
    data: {
      teamId: DEFAULT_TEAM_ID,
      name: ENVIRONMENT_KEY_NAME,
      prefix: keyPrefix(key),
      hash,
      role: "admin",
      scopes: [],
    },
  });
  const state = { name: ENVIRONMENT_KEY_NAME, role: "admin", scopes: [] };
  await recordChanges(
    tx,
    systemActor("environment"),
    "api_keys:create",
    [
      ...replaced.map((row) => ({
        type: "api_key",
        id: row.id,
        name: row.name,
        action: "api_keys:revoke",
        before: { ...state, revoked: false },
        after: { ...state, revoked: true },
      })),
      { type: "api_key", id: made.id, name: made.name, before: null, after: { ...state, revoked: false } },
    ],
    {},
  );
}

/**
 * Makes what must exist from the first start: the default team, and, when the environment asks for them, the first
 * administrator (INFERSCOPE_ADMIN_EMAIL and INFERSCOPE_ADMIN_PASSWORD, only while there is none) and the admin key
 * (INFERSCOPE_API_KEY). Does nothing where they exist; consoles that start together wait for one another.
 */
export async function ensureBootstrap(now: Date): Promise<void> {
  const { INFERSCOPE_ADMIN_EMAIL, INFERSCOPE_ADMIN_PASSWORD, INFERSCOPE_API_KEY } = config();
  await transaction(async (tx) => {
    await lockFirstAdministrator(tx);
    await ensureDefaultTeam(tx);
    if (
      INFERSCOPE_ADMIN_EMAIL !== undefined &&
      INFERSCOPE_ADMIN_PASSWORD !== undefined &&
      (await needsFirstAdministrator())
    )
      await createFirstAdministrator(
        tx,
        {
          email: INFERSCOPE_ADMIN_EMAIL.toLowerCase(),
          name: null,
          passwordHash: await hashPassword(INFERSCOPE_ADMIN_PASSWORD),
        },
        "environment",
      );
    if (INFERSCOPE_API_KEY !== undefined) await ensureEnvironmentKey(tx, INFERSCOPE_API_KEY, now);
  });
}

/**
 * A token for making the first administrator, to be printed once where only the operator of this process sees it; null
 * when there is an administrator. It works for 24 hours; each start makes its own.
 */
export async function ensureSetupToken(now: Date): Promise<string | null> {
  if (!(await needsFirstAdministrator())) return null;
  const expiresAt = new Date(now.getTime() + lifetimesMs.setup);
  const { secret } = await transaction((tx) =>
    makeOneTimeToken(tx, { kind: "setup", userId: null, expiresAt }),
  );
  return secret;
}
