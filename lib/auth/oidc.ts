import type { Role } from "./actor";

/** What decides who may come in from the OpenID Connect issuer, and as what. */
export type OidcRules = {
  allowedDomains: string[];
  allowedGroups: string[];
  groupsClaim: string;
  adminGroups: string[];
  operatorGroups: string[];
};

/** Why the issuer's word was not enough. Each is the `error` of the sign-in page, which has a sentence for it. */
export type OidcRefusal =
  | "OidcNoEmail"
  | "OidcUnverified"
  | "OidcNotAllowed"
  | "OidcPasswordAccount"
  | "OidcDisabled";

export type OidcAdmission =
  | {
      kind: "admitted";
      issuer: string;
      subject: string;
      email: string;
      name: string | null;
      /** Null where no group gives a role: then roles are managed on the users page. */
      role: Role | null;
    }
  | { kind: "refused"; reason: OidcRefusal };

const text = (value: unknown): string | null =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : null;

/** Groups as a list, a single name, or names divided by commas or blanks, as issuers send them. */
const groupsOf = (claim: unknown): string[] => {
  if (Array.isArray(claim)) return claim.filter((group): group is string => typeof group === "string");
  return typeof claim === "string" ? claim.split(/[,\s]+/).filter((group) => group !== "") : [];
};

/**
 * Decides over the claims of a verified ID token (merged with userinfo). Every rule that is set must hold: the domain
 * of the e-mail, and one of the groups; and the issuer must have verified the e-mail.
 */
export function oidcAdmission(claims: Record<string, unknown>, rules: OidcRules): OidcAdmission {
  const issuer = text(claims.iss);
  const subject = text(claims.sub);
  const email = text(claims.email)?.toLowerCase();
  if (issuer === null || subject === null || email === undefined || !/^[^@\s]+@[^@\s]+$/.test(email))
    return { kind: "refused", reason: "OidcNoEmail" };
  // Some issuers send booleans of claims as strings.
  if (claims.email_verified !== true && claims.email_verified !== "true")
    return { kind: "refused", reason: "OidcUnverified" };

  const groups = groupsOf(claims[rules.groupsClaim]);
  const inOneOf = (names: string[]) => names.some((name) => groups.includes(name));
  const domain = email.slice(email.lastIndexOf("@") + 1);
  const ruled = rules.allowedDomains.length > 0 || rules.allowedGroups.length > 0;
  const domainHolds =
    rules.allowedDomains.length === 0 ||
    rules.allowedDomains.some((allowed) => allowed.toLowerCase().replace(/^@/, "") === domain);
  const groupHolds = rules.allowedGroups.length === 0 || inOneOf(rules.allowedGroups);
  if (!ruled || !domainHolds || !groupHolds) return { kind: "refused", reason: "OidcNotAllowed" };

  const givesRoles = rules.adminGroups.length > 0 || rules.operatorGroups.length > 0;
  const role = inOneOf(rules.adminGroups) ? "admin" : inOneOf(rules.operatorGroups) ? "operator" : "viewer";
  return {
    kind: "admitted",
    issuer,
    subject,
    email,
    name: text(claims.name)?.slice(0, 100) ?? null,
    role: givesRoles ? role : null,
  };
}
