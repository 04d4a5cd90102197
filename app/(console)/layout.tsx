import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { ConsoleFrame } from "@/components/shell/console-frame";
import { readSidebarFolded, SIDEBAR_COOKIE } from "@/components/shell/navigation";
import { pageActor } from "@/lib/auth/page-actor";
import { can } from "@/lib/auth/permissions";

export const dynamic = "force-dynamic";

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const actor = await pageActor();
  const store = await cookies();
  return (
    <ConsoleFrame
      user={{ name: actor.name, email: actor.name, role: actor.role }}
      folded={readSidebarFolded(store.get(SIDEBAR_COOKIE)?.value)}
      visible={{ audit: can(actor, "audit:read"), jobs: can(actor, "jobs:read") }}
    >
      {children}
    </ConsoleFrame>
  );
}
