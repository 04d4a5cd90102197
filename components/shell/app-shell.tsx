"use client";

import "@/components/ui/style-nonce";
import { LogOut, Menu as MenuIcon, PanelLeftClose, PanelLeftOpen, Search } from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { Badge } from "@/components/ui/badge";
import { IconButton } from "@/components/ui/button";
import { cn } from "@/components/ui/class-names";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { useShortcuts } from "@/components/ui/shortcuts";
import { ThemeToggle } from "@/components/ui/theme-toggle";
import { Toaster } from "@/components/ui/toaster";
import { Tooltip } from "@/components/ui/tooltip";
import { useHasOpened } from "@/components/ui/use-has-opened";
import { CommandMenu } from "./command-menu";
import { setCommandMenuOpen, useCommands } from "./commands";
import { KeyChord } from "./key-chord";
import { Mark } from "./mark";
import { currentItem, type NavItem, type NavSection, type ShellUser, SIDEBAR_COOKIE } from "./navigation";

const Drawer = lazy(() => import("./drawer"));
const KeyList = lazy(() => import("./key-list"));

const ONE_YEAR_SECONDS = 31_536_000;

export type AppShellProps = {
  sections: readonly NavSection[];
  user: ShellUser;
  onSignOut: () => void | Promise<void>;
  /** From `readSidebarFolded(cookie)`. */
  initialFolded?: boolean;
  /** More entries of the menu of the user (`MenuItem`s), above "Sign out". */
  userMenu?: ReactNode;
  /** Above every page: "Prometheus at … does not answer". */
  banner?: ReactNode;
  children: ReactNode;
};

/**
 * The frame of every signed-in page: sidebar (a drawer below 768 px), header, command menu, list of keys, notices.
 * `g` and an item's letter goes to its page, `/` goes to the search field.
 */
export function AppShell({
  sections,
  user,
  onSignOut,
  initialFolded = false,
  userMenu,
  banner,
  children,
}: AppShellProps) {
  const pathname = usePathname();
  const router = useRouter();
  const [folded, setFolded] = useState(initialFolded);
  const [drawer, setDrawer] = useState(false);
  const [keys, setKeys] = useState(false);
  const hasOpenedDrawer = useHasOpened(drawer);
  const hasOpenedKeys = useHasOpened(keys);
  const items = sections.flatMap((section) => section.items);

  useCommands(
    items.map((item) => ({
      id: `go:${item.href}`,
      label: item.label,
      group: "Go to",
      icon: item.icon,
      keys: item.key ? `g ${item.key}` : undefined,
      href: item.href,
    })),
  );
  useCommands([
    { id: "keys", label: "Show all keys", group: "Help", keys: "?", run: () => setKeys(true) },
    { id: "sign-out", label: "Sign out", group: "Help", run: () => void onSignOut() },
  ]);
  useShortcuts([
    { keys: "?", label: "All keys", group: "General", run: () => setKeys(true) },
    { keys: "/", label: "Search", group: "General", run: focusSearch },
    { keys: "[", label: "Fold the sidebar", group: "General", run: () => fold(!folded) },
    ...items
      .filter((item) => item.key)
      .map((item) => ({
        keys: `g ${item.key}`,
        label: item.label,
        group: "Go to",
        run: () => router.push(item.href),
      })),
    { keys: "←+→", label: "Move the crosshair", group: "Chart with the focus" },
    { keys: "t", label: "Data as a table, and back", group: "Chart with the focus" },
    { keys: "Enter", label: "Zoom around the crosshair", group: "Chart with the focus" },
    { keys: "n", label: "Note at the crosshair", group: "Chart with the focus" },
  ]);

  function fold(next: boolean) {
    setFolded(next);
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is absent from Firefox and from plain HTTP
    document.cookie = `${SIDEBAR_COOKIE}=${next ? "folded" : "open"}; Path=/; Max-Age=${ONE_YEAR_SECONDS}; SameSite=Lax`;
  }

  return (
    <div className="flex min-h-screen">
      <a
        href="#main"
        className="fixed top-2 left-2 z-70 -translate-y-16 rounded-control bg-accent px-3 py-1.5 text-on-accent text-strong focus:translate-y-0"
      >
        Skip to the content
      </a>
      <aside
        className={cn(
          "sticky top-0 flex h-screen shrink-0 flex-col border-r bg-surface-page max-md:hidden",
          folded ? "w-14" : "w-56",
        )}
      >
        <div className={cn("flex h-12 shrink-0 items-center", folded ? "justify-center" : "px-4")}>
          <Link
            href="/"
            className="flex items-center gap-2 rounded-control text-strong"
            aria-label="Inferscope"
          >
            <Mark />
            {folded ? null : <span className="font-semibold">Inferscope</span>}
          </Link>
        </div>
        <Navigation sections={sections} pathname={pathname} folded={folded} />
        <div className={cn("shrink-0 border-t p-2", folded && "flex justify-center")}>
          <IconButton
            label={folded ? "Unfold the sidebar" : "Fold the sidebar"}
            shortcut="["
            size="sm"
            aria-expanded={!folded}
            onClick={() => fold(!folded)}
          >
            {folded ? <PanelLeftOpen /> : <PanelLeftClose />}
          </IconButton>
        </div>
      </aside>
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="sticky top-0 z-30 flex h-12 shrink-0 items-center gap-2 border-b bg-surface-page px-6 max-md:px-3">
          <IconButton
            label="Navigation"
            className="md:hidden"
            aria-haspopup="dialog"
            aria-expanded={drawer}
            onClick={(event) => {
              // Safari gives the focus to no button that is pressed; the drawer gives it back to what had it.
              event.currentTarget.focus();
              setDrawer(true);
            }}
          >
            <MenuIcon />
          </IconButton>
          {hasOpenedDrawer ? (
            <Suspense fallback={null}>
              <Drawer open={drawer} onOpenChange={setDrawer}>
                <Navigation
                  sections={sections}
                  pathname={pathname}
                  folded={false}
                  onNavigate={() => setDrawer(false)}
                />
              </Drawer>
            </Suspense>
          ) : null}
          <button
            type="button"
            onClick={() => setCommandMenuOpen(true)}
            className="flex h-8 items-center gap-2 rounded-control border bg-surface-panel pr-1.5 pl-2 text-secondary transition-control hover:bg-surface-hover sm:w-64"
          >
            <Search aria-hidden className="size-4" />
            <span className="max-sm:sr-only">Search or go to</span>
            <KeyChord keys="mod+k" className="ml-auto max-sm:hidden" />
          </button>
          <div className="ml-auto flex items-center gap-1">
            <ThemeToggle />
            <UserMenu user={user} onSignOut={onSignOut} onKeys={() => setKeys(true)}>
              {userMenu}
            </UserMenu>
          </div>
        </header>
        {banner}
        <main id="main" tabIndex={-1} className="min-w-0 flex-1 p-6 outline-none max-md:p-4">
          {children}
        </main>
      </div>
      <CommandMenu />
      {hasOpenedKeys ? (
        <Suspense fallback={null}>
          <KeyList open={keys} onOpenChange={setKeys} />
        </Suspense>
      ) : null}
      <Toaster />
    </div>
  );
}

function focusSearch(): void {
  const field = [...document.querySelectorAll<HTMLInputElement>("[data-search]")].find(
    (each) => each.offsetParent !== null,
  );
  if (!field) {
    setCommandMenuOpen(true);
    return;
  }
  field.focus();
  field.select();
}

function Navigation({
  sections,
  pathname,
  folded,
  onNavigate,
}: {
  sections: readonly NavSection[];
  pathname: string;
  folded: boolean;
  onNavigate?: () => void;
}) {
  const current = currentItem(sections, pathname);
  return (
    <nav aria-label="Sections" className="min-h-0 flex-1 overflow-y-auto px-2 py-2">
      {sections.map((section, index) => (
        <div key={section.label ?? index} className={index > 0 ? "mt-4" : undefined}>
          {section.label && !folded ? (
            <h2 className="px-2 pb-1 text-caption text-secondary">{section.label}</h2>
          ) : null}
          <ul className="grid gap-0.5">
            {section.items.map((item) => (
              <li key={item.href}>
                <NavigationLink
                  item={item}
                  current={item === current}
                  folded={folded}
                  onNavigate={onNavigate}
                />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function NavigationLink({
  item,
  current,
  folded,
  onNavigate,
}: {
  item: NavItem;
  current: boolean;
  folded: boolean;
  onNavigate?: () => void;
}) {
  const link = (
    <Link
      href={item.href}
      onClick={onNavigate}
      aria-current={current ? "page" : undefined}
      aria-label={folded ? item.label : undefined}
      className={cn(
        "relative flex h-8 items-center gap-2 rounded-control text-secondary transition-control hover:bg-surface-hover hover:text-primary focus-visible:-outline-offset-2 [&_svg]:size-4 [&_svg]:shrink-0",
        folded ? "justify-center" : "px-2",
        current && "bg-surface-selected font-medium text-primary hover:bg-surface-selected",
      )}
    >
      {item.icon}
      {folded ? null : <span className="min-w-0 flex-1 truncate">{item.label}</span>}
      {item.count ? (
        folded ? (
          <span className="absolute top-1 right-1 size-2 rounded-pill bg-critical" />
        ) : (
          <Badge tone="critical" pill>
            {item.count}
          </Badge>
        )
      ) : null}
    </Link>
  );
  return folded ? (
    <Tooltip text={item.count ? `${item.label}, ${item.count}` : item.label} side="right">
      {link}
    </Tooltip>
  ) : (
    link
  );
}

function UserMenu({
  user,
  onSignOut,
  onKeys,
  children,
}: {
  user: ShellUser;
  onSignOut: () => void | Promise<void>;
  onKeys: () => void;
  children?: ReactNode;
}) {
  const name = user.name || user.email;
  return (
    <Menu>
      <MenuTrigger
        aria-label={`Signed in as ${name}`}
        className="ml-1 flex size-7 items-center justify-center rounded-pill bg-surface-selected font-medium text-caption text-primary uppercase data-[state=open]:outline-2 data-[state=open]:outline-focus"
      >
        {name.slice(0, 1)}
      </MenuTrigger>
      <MenuContent align="end" className="w-60">
        <div className="grid gap-1 px-2 py-2">
          <p className="truncate text-strong">{name}</p>
          <p className="truncate text-caption text-secondary">{user.email}</p>
          <Badge className="w-fit">{user.role}</Badge>
        </div>
        <MenuSeparator />
        {children}
        <MenuItem shortcut="?" onSelect={onKeys}>
          Keys
        </MenuItem>
        <MenuSeparator />
        <MenuItem onSelect={() => void onSignOut()}>
          <LogOut />
          Sign out
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}
