import type { Metadata } from "next";
import { SilencesPage } from "@/components/alerts/silences-page";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "Silences" };

export default async function Page() {
  const actor = await pageActor("silences:read");
  return <SilencesPage canSilence={can(actor, "silences:write")} />;
}
