import type { Metadata } from "next";
import { ServicesPage } from "@/components/services/services-page";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { listServices } from "@/lib/services/queries";
import type { Service } from "@/lib/services/schema";
import { signals } from "@/lib/signals/catalogue";

export const metadata: Metadata = { title: "Services" };

export default async function Page() {
  const actor = await pageActor("services:read");
  const services: Service[] = [];
  let cursor: string | undefined;
  do {
    const page = await listServices(actor, { cursor, limit: 200 });
    services.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  const titles = Object.fromEntries(Object.entries(signals).map(([id, { title }]) => [id, title]));
  return <ServicesPage initial={services} signalTitles={titles} canEdit={can(actor, "services:write")} />;
}
