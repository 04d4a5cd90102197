import { cn } from "./class-names";
import { visibleName } from "./short-name";

/**
 * A name out of the data (a service, version, model, instance, GPU, metric), which may be of any length: cut at its end
 * where it is wider than 40 characters or than its place, whole in its title.
 */
export function Name({ children, className }: { children: string; className?: string }) {
  return (
    <span
      title={children}
      className={cn("inline-block max-w-[min(40ch,100%)] truncate align-bottom", className)}
    >
      {visibleName(children)}
    </span>
  );
}
