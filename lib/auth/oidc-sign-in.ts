import "server-only";
import { recordChanges } from "@/lib/audit/record";
import { config } from "@/lib/config";
import { transaction } from "@/lib/db/client";
import type { User } from "@/lib/db/generated/client";
import { isUniqueViolation } from "@/lib/db/unique-violation";
import { DEFAULT_TEAM_ID, systemActor } from "./actor";
import { type OidcRefusal, type OidcRules, oidcAdmission } from "./oidc";
import { recordRefusedSignIn, recordSignIn } from "./sign-in-events";
import { userState } from "./user-state";

/** The rules as the environment sets them. */
export function oidcRules(): OidcRules {
  const settings = config();
  return {
    allowedDomains: settings.OIDC_ALLOWED_DOMAINS ?? [],
    allowedGroups: settings.OIDC_ALLOWED_GROUPS ?? [],
    groupsClaim: settings.OIDC_GROUPS_CLAIM,
    adminGroups: settings.OIDC_ADMIN_GROUPS ?? [],
    operatorGroups: settings.OIDC_OPERATOR_GROUPS ?? [],
  };
}

export type OidcOutcome = { kind: "signed_in"; user: User } | { kind: "refused"; reason: OidcRefusal };

/**
 * Signs in the person of these claims, known by issuer and subject; someone new gets an account. An account that has
 * the same e-mail but another way in is never taken over: whoever controls an e-mail at the issuer need not be the one
 * who made the account here.
 */
export async function signInByOidc(
  claims: Record<string, unknown>,
  address: string | null,
  now: Date,
): Promise<OidcOutcome> {
  const admission = oidcAdmission(claims, oidcRules());
  if (admission.kind === "refused") {
    await recordRefusedSignIn(null, "oidc", admission.reason, address);
    return admission;
  }
  const { issuer, subject, email, name, role } = admission;
  const issuerActor = systemActor("single-sign-on");
  try {
    return await transaction(async (tx): Promise<OidcOutcome> => {
      const known = await tx.user.findUnique({
        where: { oidcIssuer_oidcSubject: { oidcIssuer: issuer, oidcSubject: subject } },
      });
      const sameEmail = await tx.user.findUnique({ where: { email } });
      if (known === null && sameEmail !== null) {
        await recordRefusedSignIn(sameEmail, "oidc", "OidcPasswordAccount", address);
        return { kind: "refused", reason: "OidcPasswordAccount" };
      }
      if (known !== null && known.disabledAt !== null) {
        await recordRefusedSignIn(known, "oidc", "OidcDisabled", address);
        return { kind: "refused", reason: "OidcDisabled" };
      }
      const user =
        known === null
          ? await tx.user.create({
              data: {
                teamId: DEFAULT_TEAM_ID,
                email,
                name,
                role: role ?? "viewer",
                oidcIssuer: issuer,
                oidcSubject: subject,
              },
            })
          : await tx.user.update({
              where: { id: known.id },
              data: {
                name: name ?? known.name,
                // Another account may hold the new e-mail; this one keeps its old then.
                email: sameEmail === null ? email : known.email,
                role: role ?? known.role,
              },
            });
      await recordChanges(
        tx,
        { ...issuerActor, teamId: user.teamId },
        known === null ? "users:create" : "users:update",
        [
          {
            type: "user",
            id: user.id,
            name: user.email,
            before: known === null ? null : userState(known),
            after: userState(user),
          },
        ],
        {},
      );
      await recordSignIn(user, "oidc", address, now);
      return { kind: "signed_in", user };
    });
  } catch (error) {
    // Two first sign-ins side by side: the account of the other is there now.
    if (isUniqueViolation(error)) return signInByOidc(claims, address, now);
    throw error;
  }
}
