import "server-only";
import { db } from "@/lib/db/client";
import { DEFAULT_TEAM_ID } from "./actor";

export type SignInMethod = "password" | "link" | "oidc";

type Person = { id: string; email: string; teamId: string };

/**
 * Writes a sign-in, a refused one or a sign-out to the audit log. These change no thing, so there is no revision and
 * no `command()`. A refused one of an account that does not exist says only that: what was typed as an e-mail may be
 * a password.
 */
async function record(
  action: string,
  person: Person | null,
  actor: "user" | "anonymous",
  after: Record<string, string | null>,
): Promise<void> {
  await db().auditEvent.create({
    data: {
      teamId: person?.teamId ?? DEFAULT_TEAM_ID,
      actorType: actor,
      actorId: actor === "user" && person !== null ? person.id : "anonymous",
      actorName: actor === "user" && person !== null ? person.email : "not signed in",
      action,
      resourceType: "user",
      resourceId: person?.id ?? "unknown",
      resourceName: person?.email ?? "an unknown account",
      after,
    },
  });
}

/** Records that someone signed in, and when they last did. */
export async function recordSignIn(person: Person, method: SignInMethod, address: string | null, now: Date) {
  await db().user.update({ where: { id: person.id }, data: { lastSignInAt: now } });
  await record("session:sign_in", person, "user", { method, address });
}

/** Records a refused sign-in with its reason; never the password or the token. */
export const recordRefusedSignIn = (
  person: Person | null,
  method: SignInMethod,
  reason: string,
  address: string | null,
) => record("session:sign_in_refused", person, "anonymous", { method, reason, address });

/** Records that someone signed out. */
export const recordSignOut = (person: Person) => record("session:sign_out", person, "user", {});
