import type { ApiKey } from "./schema";

/** A key as the API document shows one. */
export const exampleApiKey: ApiKey = {
  id: "0195f2b4-7c1e-7d3a-9b43-2f6c1d0e8a13",
  name: "deployment pipeline",
  prefix: "isk_Qm9vIGhv",
  role: "viewer",
  scopes: ["services", "signals"],
  state: "active",
  createdBy: { id: "0195f2b4-7c1e-7d3a-9b43-2f6c1d0e8a11", email: "grace@example.com" },
  createdAt: "2026-03-02T09:30:00.000Z",
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: "2026-03-05T07:12:00.000Z",
  actions: ["revoke"],
};
