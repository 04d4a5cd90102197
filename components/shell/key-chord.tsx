"use client";

import { useSyncExternalStore } from "react";
import { cn } from "@/components/ui/class-names";
import { Kbd } from "@/components/ui/kbd";

const subscribeNever = () => () => {};

/** "⌘" on a Mac, "Ctrl" elsewhere (and while the server renders). */
export function useModKey(): string {
  return useSyncExternalStore(
    subscribeNever,
    () => (/Mac|iPhone|iPad/.test(navigator.platform) ? "⌘" : "Ctrl"),
    () => "Ctrl",
  );
}

/** The keys of a shortcut, one `Kbd` each; keys that follow each other are joined by "then". */
export function KeyChord({ keys, className }: { keys: string; className?: string }) {
  const mod = useModKey();
  return (
    <span className={cn("inline-flex shrink-0 items-center gap-1 text-caption text-secondary", className)}>
      {keys.split(" ").map((chord, index) => (
        <span key={chord} className="inline-flex items-center gap-1">
          {index > 0 ? "then" : null}
          {chord.split("+").map((key) => (
            <Kbd key={key}>{key === "mod" ? mod : key.length === 1 ? key.toUpperCase() : key}</Kbd>
          ))}
        </span>
      ))}
    </span>
  );
}
