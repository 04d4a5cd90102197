"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useSyncExternalStore } from "react";
import { IconButton } from "./button";
import { Menu, MenuContent, MenuRadioGroup, MenuRadioItem, MenuTrigger } from "./menu";
import { readTheme, THEME_COOKIE, type Theme } from "./theme";

const ONE_YEAR_SECONDS = 31_536_000;
const THEMES = [
  { value: "light", label: "Light", icon: Sun },
  { value: "dark", label: "Dark", icon: Moon },
  { value: "system", label: "System", icon: Monitor },
] as const;

/** Sets the theme of the document and remembers it in the cookie that the server layout reads. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is absent from Firefox and from plain HTTP
  document.cookie = `${THEME_COOKIE}=${theme}; Path=/; Max-Age=${ONE_YEAR_SECONDS}; SameSite=Lax${secure}`;
}

function subscribeToTheme(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

/** The theme chosen for the document ("system" while the server renders). */
export function useTheme(): Theme {
  return useSyncExternalStore(
    subscribeToTheme,
    () => readTheme(document.documentElement.dataset.theme),
    () => "system",
  );
}

/** Icon button with a menu: light, dark, system. */
export function ThemeToggle() {
  const theme = useTheme();
  const Icon = THEMES.find((entry) => entry.value === theme)?.icon ?? Monitor;
  return (
    <Menu>
      <MenuTrigger asChild>
        <IconButton label="Theme" variant="ghost">
          <Icon />
        </IconButton>
      </MenuTrigger>
      <MenuContent align="end">
        <MenuRadioGroup value={theme} onValueChange={(value) => applyTheme(readTheme(value))}>
          {THEMES.map(({ value, label, icon: ItemIcon }) => (
            <MenuRadioItem key={value} value={value}>
              <ItemIcon className="size-4 text-secondary" />
              {label}
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
