import type { Role } from "@/lib/auth/actor";
import type { UserAction } from "./schema";

/** What decides over the actions on a user. */
export type UserFacts = {
  role: Role;
  disabled: boolean;
  singleSignOn: boolean;
  isYou: boolean;
  /** The only administrator who can still sign in. */
  isLastAdministrator: boolean;
};

const LAST = "This is the last administrator. Make someone else administrator first.";

/** Why each action is not possible now; an action without a reason is possible. */
export function userObstacles(facts: UserFacts): Partial<Record<UserAction, string>> {
  const { disabled, singleSignOn, isYou, isLastAdministrator } = facts;
  return {
    ...(isLastAdministrator ? { change_role: LAST } : {}),
    ...(disabled
      ? { disable: "This account is disabled already." }
      : isLastAdministrator
        ? { disable: LAST }
        : isYou
          ? { disable: "This is your own account; another administrator can disable it." }
          : {}),
    ...(disabled ? {} : { enable: "This account is not disabled." }),
    ...(disabled ? { end_sessions: "A disabled account has no sessions." } : {}),
    ...(disabled
      ? { make_password_link: "This account is disabled. Enable it first." }
      : singleSignOn
        ? { make_password_link: "This person signs in through single sign-on and has no password here." }
        : {}),
  };
}
