import type { Actor } from "@/lib/auth/actor";
import { type Action, can } from "@/lib/auth/permissions";

const tabs: { href: string; label: string; action: Action }[] = [
  { href: "/settings/sources", label: "Data sources", action: "sources:read" },
  { href: "/settings/notifications", label: "Notifications", action: "notifications:read" },
  { href: "/settings/gpu-prices", label: "GPU prices", action: "gpu_prices:read" },
  { href: "/settings/services", label: "Services", action: "services:read" },
  { href: "/settings/users", label: "Users", action: "users:read" },
  { href: "/settings/api-keys", label: "API keys", action: "api_keys:read" },
  { href: "/settings/account", label: "Account", action: "account:write" },
];

/** The settings that a viewer may open. */
export const settingsTabs = (actor: Actor) => tabs.filter(({ action }) => can(actor, action));
