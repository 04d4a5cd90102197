import { expect, it } from "vitest";
import { currentItem, type NavSection, readSidebarFolded } from "./navigation";

const SECTIONS: NavSection[] = [
  {
    items: [
      { href: "/", label: "Overview", icon: null },
      { href: "/alerts", label: "Alerts", icon: null },
    ],
  },
  {
    label: "Administration",
    items: [
      { href: "/settings", label: "Settings", icon: null },
      { href: "/settings/sources", label: "Data sources", icon: null },
    ],
  },
];

it.each([
  ["/", "Overview"],
  ["/alerts", "Alerts"],
  ["/alerts/42", "Alerts"],
  ["/settings/sources/new", "Data sources"],
  ["/settings/users", "Settings"],
  ["/alerts-old", undefined],
  ["/nowhere", undefined],
])("%s is in %s", (pathname, label) => {
  expect(currentItem(SECTIONS, pathname)?.label).toBe(label);
});

it("folds the sidebar only when its cookie says so", () => {
  expect([undefined, "", "open", "folded"].map(readSidebarFolded)).toEqual([false, false, false, true]);
});
