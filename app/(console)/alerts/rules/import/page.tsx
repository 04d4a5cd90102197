import type { Metadata } from "next";
import { ImportPage } from "@/components/alerts/import-page";
import { RoleNeeded } from "@/components/shell/role-needed";
import { ruleSources } from "@/lib/alerts/rules/queries";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "Import rules" };

export default async function Page() {
  const actor = await pageActor();
  if (!can(actor, "alert_rules:write"))
    return <RoleNeeded title="Import rules" actor={actor} action="alert_rules:write" />;
  return <ImportPage sources={await ruleSources(actor)} />;
}
