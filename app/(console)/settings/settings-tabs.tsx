"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";

/** The pages of the settings, an underline under the open one. */
export function SettingsTabs({ tabs }: { tabs: { href: string; label: string }[] }) {
  const path = usePathname();
  return (
    <nav aria-label="Settings" className="mb-6 flex gap-4 overflow-x-auto border-b">
      {tabs.map(({ href, label }) => (
        <Link
          key={href}
          href={href}
          aria-current={path === href || path.startsWith(`${href}/`) ? "page" : undefined}
          className="-mb-px inline-flex h-9 items-center whitespace-nowrap border-transparent border-b-2 px-1 text-secondary text-strong transition-control hover:text-primary focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:text-primary"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
