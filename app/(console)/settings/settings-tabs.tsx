"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";

const isOpenAt = (href: string, path: string): boolean => path === href || path.startsWith(`${href}/`);

/** The pages of the settings, an underline under the open one, which is scrolled into sight where not all fit. */
export function SettingsTabs({ tabs }: { tabs: { href: string; label: string }[] }) {
  const path = usePathname();
  const strip = useRef<HTMLElement>(null);
  useEffect(() => {
    const links = [...(strip.current?.querySelectorAll("a") ?? [])];
    const open = links.find(({ pathname }) => isOpenAt(pathname, path));
    if (open === undefined || strip.current === null) return;
    // In the middle, so that one sees that there are more on both sides; `scrollIntoView` would move the page too.
    strip.current.scrollLeft = open.offsetLeft + open.offsetWidth / 2 - strip.current.clientWidth / 2;
  }, [path]);
  return (
    <nav ref={strip} aria-label="Settings" className="relative mb-6 flex gap-4 overflow-x-auto border-b">
      {tabs.map(({ href, label }) => (
        <Link
          key={href}
          href={href}
          aria-current={isOpenAt(href, path) ? "page" : undefined}
          className="-mb-px inline-flex h-9 items-center whitespace-nowrap border-transparent border-b-2 px-1 text-secondary text-strong transition-control hover:text-primary focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:text-primary"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
