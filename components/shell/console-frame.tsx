"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  Activity,
  Bell,
  BookOpen,
  Braces,
  ClipboardList,
  Gauge,
  House,
  LayoutDashboard,
  ListChecks,
  Settings,
  Stethoscope,
  Waypoints,
} from "lucide-react";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import { TakenOver } from "@/components/alerts/taken-over";
import { toast } from "@/components/ui/toaster";
import { signOut } from "@/lib/auth/sign-out";
import { useChangeEvents } from "@/lib/events/client";
import { AppShell } from "./app-shell";
import type { NavItem, NavSection, ShellUser } from "./navigation";

/** Sections of the sidebar, by what the viewer may see. */
type Visible = { audit: boolean; jobs: boolean };

const watch: NavItem[] = [
  { href: "/", label: "Home", icon: <House />, key: "h" },
  { href: "/overview", label: "Overview", icon: <Activity />, key: "o" },
  { href: "/alerts", label: "Alerts", icon: <Bell />, key: "l" },
  { href: "/traces", label: "Traces", icon: <Waypoints />, key: "t" },
  { href: "/dashboards", label: "Dashboards", icon: <LayoutDashboard />, key: "b" },
  { href: "/doctor", label: "Metric doctor", icon: <Stethoscope />, key: "m" },
];

const administer = (visible: Visible): NavItem[] => [
  { href: "/settings", label: "Settings", icon: <Settings />, key: "s" },
  { href: "/query-usage", label: "Query usage", icon: <Gauge />, key: "u" },
  ...(visible.audit ? [{ href: "/audit", label: "Audit", icon: <ClipboardList />, key: "a" }] : []),
  ...(visible.jobs ? [{ href: "/jobs", label: "Jobs", icon: <ListChecks />, key: "j" }] : []),
  { href: "/api-reference", label: "API", icon: <Braces />, key: "p" },
  { href: "/docs", label: "Documentation", icon: <BookOpen />, key: "d" },
];

/** A failed read is shown, with what is on screen kept; one more try covers a connection that was cut. */
const newQueryClient = () =>
  new QueryClient({
    defaultOptions: { queries: { retry: 1, staleTime: 5_000, refetchOnWindowFocus: true } },
  });

/** Who believes to be signed out and is not must hear of it. */
const leave = () => signOut().catch((error: Error) => toast(`You are still signed in. ${error.message}`));

const toSignIn = () =>
  location.assign(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);

function LiveUpdates() {
  useChangeEvents(toSignIn);
  return null;
}

/** Providers and frame of the signed-in pages. */
export function ConsoleFrame({
  user,
  folded,
  visible,
  children,
}: {
  user: ShellUser;
  folded: boolean;
  visible: Visible;
  children: ReactNode;
}) {
  const [queryClient] = useState(newQueryClient);
  const sections: NavSection[] = [{ items: watch }, { label: "Administration", items: administer(visible) }];
  return (
    <QueryClientProvider client={queryClient}>
      <NuqsAdapter>
        <LiveUpdates />
        <AppShell
          sections={sections}
          user={user}
          initialFolded={folded}
          onSignOut={leave}
          banner={<TakenOver />}
        >
          {children}
        </AppShell>
      </NuqsAdapter>
    </QueryClientProvider>
  );
}
