"use client";

import { Dialog, DialogContent } from "@/components/ui/dialog";
import { useAllShortcuts } from "@/components/ui/shortcuts";
import { KeyChord } from "./key-chord";

/** All keys that work on this page, by what they are for. Opened by `?`, and loaded then. */
export default function KeyList({
  open,
  onOpenChange,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
}) {
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
