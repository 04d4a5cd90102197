import type { ReactNode } from "react";

/** One page in the sidebar. Only pages that exist are listed. */
export type NavItem = {
  href: string;
  label: string;
  /** A lucide icon element. */
  icon: ReactNode;
  /** Letter after `g` that goes there. */
  key?: string;
  /** A count that wants attention, beside the label: the number of firing alerts. Nothing when there is none. */
  count?: number;
};

export type NavSection = { label?: string; items: readonly NavItem[] };

/** Who is signed in, as the menu in the header shows it. */
export type ShellUser = { name: string; email: string; role: string };

/** The cookie that remembers a folded sidebar, so that the server draws it folded at once. */
export const SIDEBAR_COOKIE = "inferscope-sidebar";

/** Returns whether the sidebar is folded, from the value of its cookie. */
export function readSidebarFolded(cookieValue: string | undefined): boolean {
  return cookieValue === "folded";
}

/** Returns the item whose page is open: the longest `href` that the path is, or is below. */
export function currentItem(sections: readonly NavSection[], pathname: string): NavItem | undefined {
  return sections
    .flatMap((section) => section.items)
    .filter((item) => pathname === item.href || (item.href !== "/" && pathname.startsWith(`${item.href}/`)))
    .sort((a, b) => b.href.length - a.href.length)[0];
}
