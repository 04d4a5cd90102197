"use client";

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Activity, BookOpen, Braces, ClipboardList, House, ListChecks, Settings } from "lucide-react";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import { type ReactNode, useState } from "react";
import { useChangeEvents } from "@/lib/events/client";
import { AppShell } from "./app-shell";
import type { NavItem, NavSection, ShellUser } from "./navigation";

/** Sections of the sidebar, by what the viewer may see. */
type Visible = { audit: boolean; jobs: boolean };

const watch: NavItem[] = [
  { href: "/", label: "Home", icon: <House />, key: "h" },
  { href: "/overview", label: "Overview", icon: <Activity />, key: "o" },
];

const administer = (visible: Visible): NavItem[] => [
  { href: "/settings", label: "Settings", icon: <Settings />, key: "s" },
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

/** Loaded when it is asked for, with all that may be said of a sign-in. */
const signOut = async () => (await import("@/lib/auth/client")).signOut();

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
        <AppShell sections={sections} user={user} initialFolded={folded} onSignOut={signOut}>
          {children}
        </AppShell>
      </NuqsAdapter>
    </QueryClientProvider>
  );
}
