import type { User } from "@/lib/db/generated/client";

/** What the audit log and the revisions keep of a user: nothing secret. A raised session version ended the sessions. */
export const userState = (user: User) => ({
  email: user.email,
  name: user.name,
  role: user.role,
  disabledAt: user.disabledAt?.toISOString() ?? null,
  hasPassword: user.passwordHash !== null,
  singleSignOn: user.oidcSubject !== null,
  sessionVersion: user.sessionVersion,
});
