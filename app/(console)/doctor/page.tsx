import type { Metadata } from "next";
import { DoctorPage } from "@/components/doctor/doctor-page";
import { NoServices } from "@/components/overview/no-services";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";
import { listServices } from "@/lib/services/queries";
import { listSources } from "@/lib/sources/queries";

export const metadata: Metadata = { title: "Metric doctor" };

export default async function Page() {
  const actor = await pageActor("signals:read");
  const { items } = await listServices(actor, { limit: 200 });
  if (items.length === 0) {
    const sources = await listSources(actor, { kind: "prometheus" });
    return (
      <NoServices
        title="Metric doctor"
        sources={sources.map(({ name, url, reachable, problem }) => ({ name, url, reachable, problem }))}
        canConnect={can(actor, "sources:write")}
      />
    );
  }
  return (
    <DoctorPage
      services={items.map(({ id, source, engines, models, evidence }) => ({
        id,
        source,
        detail: [engines.join(", "), models.join(", "), source].filter((part) => part !== "").join(" · "),
        evidence,
      }))}
    />
  );
}
