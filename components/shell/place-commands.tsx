"use client";

import { useQuery } from "@tanstack/react-query";
import { Activity, LayoutDashboard, Plug, Stethoscope, Waypoints } from "lucide-react";
import { dashboards } from "@/lib/dashboards/dashboards";
import { servicesQuery } from "@/lib/services/client";
import type { Command } from "./commands";

/** The services and dashboards that the command menu can go to; read when the menu is opened. */
export function usePlaceCommands(): { commands: readonly Command[]; isReading: boolean } {
  const { data, isPending } = useQuery(servicesQuery());
  const services = data?.items ?? [];
  return {
    isReading: isPending,
    commands: [
      ...services.map(
        ({ id, engines, models, source }): Command => ({
          id: `service:${id}`,
          label: id,
          group: "Services",
          icon: <Activity />,
          detail: [engines.join(", "), source].filter((part) => part !== "").join(" · "),
          keywords: [...models, "overview"],
          href: `/overview?service=${encodeURIComponent(id)}`,
        }),
      ),
      ...dashboards.map(
        ({ id, title }): Command => ({
          id: `dashboard:${id}`,
          label: title,
          group: "Dashboards",
          icon: <LayoutDashboard />,
          keywords: ["dashboard"],
          href: `/dashboards/${id}`,
        }),
      ),
      ...services.map(
        ({ id }): Command => ({
          id: `doctor:${id}`,
          label: `Examine ${id}`,
          group: "Actions",
          icon: <Stethoscope />,
          keywords: ["metric doctor", "why empty"],
          href: `/doctor?service=${encodeURIComponent(id)}`,
        }),
      ),
      ...services.map(
        ({ id }): Command => ({
          id: `traces:${id}`,
          label: `Slowest traces of ${id}`,
          group: "Actions",
          icon: <Waypoints />,
          keywords: ["jaeger", "spans", "requests"],
          href: `/traces?about=${encodeURIComponent(id)}&order=slowest&from=now-1h`,
        }),
      ),
      {
        id: "failed-traces",
        label: "Failed traces of the last hour",
        group: "Actions",
        icon: <Waypoints />,
        keywords: ["jaeger", "errors", "spans", "requests"],
        href: "/traces?tags=error%3Dtrue&from=now-1h",
      },
      {
        id: "add-source",
        label: "Connect a data source",
        group: "Actions",
        icon: <Plug />,
        keywords: ["prometheus", "jaeger", "alertmanager", "add"],
        href: "/settings/sources?source=new",
      },
    ],
  };
}
