import type { Metadata } from "next";
import { TracesPage } from "@/components/traces/traces-page";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";

export const metadata: Metadata = { title: "Traces" };

export default async function Page() {
  const actor = await pageActor("traces:read");
  return <TracesPage now={Math.floor(Date.now() / 1000)} canConnect={can(actor, "sources:write")} />;
}
