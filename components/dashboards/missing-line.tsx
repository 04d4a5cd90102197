import { cn } from "@/components/ui/class-names";
import { Coded } from "@/components/ui/coded";
import { Name } from "@/components/ui/name";
import { DoctorLink } from "./doctor-link";
import type { MissingService } from "./missing-services";

/** So many are named; more of them say no more. */
const mostNamed = 4;

/** Under a chart of several services: those that it shows nothing of, each with why and where more is said. */
export function MissingLine({
  missing,
  className,
}: {
  missing: readonly MissingService[];
  className?: string;
}) {
  if (missing.length === 0) return null;
  // A source that does not answer is the matter of all its services: said once.
  const byReason = new Map<string, MissingService[]>();
  for (const one of missing) {
    const key = one.signal === undefined ? one.why : `${one.service}\n${one.why}`;
    byReason.set(key, [...(byReason.get(key) ?? []), one]);
  }
  const groups = [...byReason.values()];
  return (
    <ul
      aria-label="Services without a line"
      className={cn("grid gap-0.5 pt-2 text-caption text-secondary [overflow-wrap:anywhere]", className)}
    >
      {groups.slice(0, mostNamed).map((group) => {
        const [first] = group;
        if (first === undefined) return null;
        return (
          <li key={first.service}>
            {"Nothing of "}
            {group.slice(0, mostNamed).map(({ service }, index) => (
              <span key={service}>
                {index > 0 ? ", " : null}
                <Name className="max-w-[28ch] text-primary">{service}</Name>
              </span>
            ))}
            {group.length > mostNamed ? ` and ${group.length - mostNamed} more` : null}
            {": "}
            <Coded text={first.why} />{" "}
            {first.signal === undefined ? null : <DoctorLink service={first.service} signal={first.signal} />}
          </li>
        );
      })}
      {groups.length > mostNamed ? (
        <li
          title={groups
            .slice(mostNamed)
            .flat()
            .map(({ service }) => service)
            .join(", ")}
        >
          {`Nothing of ${groups.length - mostNamed} more.`}
        </li>
      ) : null}
    </ul>
  );
}
