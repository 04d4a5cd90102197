import type { Metadata } from "next";
import { ApiKeysPage } from "@/components/api-keys/api-keys-page";
import { RoleNeeded } from "@/components/shell/role-needed";
import { listApiKeys } from "@/lib/api-keys/queries";
import { scopes } from "@/lib/api-keys/schema";
import { pageActor } from "@/lib/auth/page-actor";
import { can, roleIncludes } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "API keys" };

export default async function Page() {
  const actor = await pageActor();
  if (!can(actor, "api_keys:read")) return <RoleNeeded actor={actor} action="api_keys:read" />;
  return (
    <ApiKeysPage
      initial={await listApiKeys(actor, { limit: 50 }, new Date())}
      role={actor.role}
      scopes={scopes}
      seesAll={roleIncludes(actor.role, "admin")}
    />
  );
}
