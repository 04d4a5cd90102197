import Link from "next/link";
import { cn } from "@/components/ui/class-names";

export type AlertsTab = "alerts" | "rules" | "silences" | "review";

const tabs: readonly { tab: AlertsTab; href: string; label: string }[] = [
  { tab: "alerts", href: "/alerts", label: "Alerts" },
  { tab: "rules", href: "/alerts/rules", label: "Rules" },
  { tab: "silences", href: "/alerts/silences", label: "Silences" },
  { tab: "review", href: "/alerts/review", label: "Weekly review" },
];

/** The way between the pages about alerts. */
export function AlertsTabs({ current }: { current: AlertsTab }) {
  return (
    <nav aria-label="Alerts" className="mb-4 flex gap-4 overflow-x-auto border-b">
      {tabs.map(({ tab, href, label }) => (
        <Link
          key={tab}
          href={href}
          aria-current={tab === current ? "page" : undefined}
          className={cn(
            "-mb-px flex h-9 items-center whitespace-nowrap border-transparent border-b-2 px-1 text-secondary text-strong transition-control hover:text-primary focus-visible:-outline-offset-2",
            tab === current && "border-accent text-primary",
          )}
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
