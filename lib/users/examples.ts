import type { OneTimeLink } from "@/lib/auth/schema";
import type { Account, User } from "./schema";

/** A user as the API document shows one. */
export const exampleUser: User = {
  id: "0195f2b4-7c1e-7d3a-9b43-2f6c1d0e8a11",
  email: "grace@example.com",
  name: "Grace",
  role: "operator",
  signsInWith: ["password"],
  createdAt: "2026-03-02T09:30:00.000Z",
  lastSignInAt: "2026-03-05T07:12:44.000Z",
  disabledAt: null,
  isYou: false,
  apiKeyCount: 2,
  actions: ["change_role", "disable", "end_sessions", "make_password_link"],
  whyNot: { enable: "This account is not disabled." },
};

/** An account as the API document shows one. */
export const exampleAccount: Account = {
  id: "0195f2b4-7c1e-7d3a-9b43-2f6c1d0e8a12",
  email: "ada@example.com",
  name: "Ada Lovelace",
  role: "admin",
  signsInWith: ["password"],
  createdAt: "2026-03-01T08:00:00.000Z",
  lastSignInAt: "2026-03-05T06:58:10.000Z",
};

/** A link as the API document shows one. */
export const exampleLink: OneTimeLink = {
  url: "https://inferscope.example.com/sign-in/reset#token=ist_…",
  expiresAt: "2026-03-05T09:30:00.000Z",
};
