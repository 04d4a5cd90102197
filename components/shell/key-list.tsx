"use client";

import { useSyncExternalStore } from "react";
import { cn } from "@/components/ui/class-names";
import { Dialog, DialogContent } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { useAllShortcuts } from "@/components/ui/shortcuts";

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

/** All keys that work on this page, by what they are for. Opened by `?`. */
export function KeyList({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const shortcuts = useAllShortcuts();
  const groups = [...new Set(shortcuts.map((shortcut) => shortcut.group))];
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <DialogContent title="Keys" wide>
        <div className="gap-x-8 sm:columns-2">
          {groups.map((group) => (
            <section key={group} className="mb-6 break-inside-avoid">
              <h3 className="mb-1 text-caption text-secondary">{group}</h3>
              <dl>
                {shortcuts
                  .filter((shortcut) => shortcut.group === group)
                  .map((shortcut) => (
                    <div
                      key={shortcut.keys}
                      className="flex min-h-8 items-center justify-between gap-4 border-b"
                    >
                      <dt>{shortcut.label}</dt>
                      <dd>
                        <KeyChord keys={shortcut.keys} />
                      </dd>
                    </div>
                  ))}
              </dl>
            </section>
          ))}
        </div>
      </DialogContent>
    </Dialog>
  );
}
