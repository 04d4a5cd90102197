import type { Metadata } from "next";
import { ApiKeysPage } from "@/components/api-keys/api-keys-page";
import { listApiKeys } from "@/lib/api-keys/queries";
import { scopes } from "@/lib/api-keys/schema";
import { pageActor } from "@/lib/auth/page-actor";
import { roleIncludes } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "API keys" };

export default async function Page() {
  const actor = await pageActor("api_keys:read");
  return (
    <ApiKeysPage
      initial={await listApiKeys(actor, { limit: 50 }, new Date())}
      role={actor.role}
      scopes={scopes}
      seesAll={roleIncludes(actor.role, "admin")}
    />
  );
}
