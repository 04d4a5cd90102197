import type { Metadata } from "next";
import { DashboardList } from "@/components/dashboards/dashboard-list";
import { pageActor } from "@/lib/auth/page-actor";
import { dashboards } from "@/lib/dashboards/dashboards";
import { canFill, placePanels } from "@/lib/dashboards/placement";
import { listServices } from "@/lib/services/queries";

export const metadata: Metadata = { title: "Dashboards" };

export default async function DashboardsPage() {
  const actor = await pageActor("services:read");
  const { items } = await listServices(actor, { limit: 200 });
  const listed = dashboards.map((dashboard) => {
    const services = items.filter((service) => canFill(dashboard, service));
    const sections = placePanels(dashboard, services);
    return {
      id: dashboard.id,
      title: dashboard.title,
      description: dashboard.description,
      panels: [...new Set(sections.flatMap(({ panels }) => panels.map(({ panel }) => panel.title)))],
      services: services.map(({ id }) => id),
    };
  });
  return (
    <DashboardList
      dashboards={[
        {
          id: "overview",
          title: "Overview",
          description: "One service at a glance: is it healthy, and if not, what is wrong with it.",
          panels: [],
          services: items.map(({ id }) => id),
        },
        ...listed,
      ]}
      services={items.length}
    />
  );
}
