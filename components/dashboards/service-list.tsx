"use client";

import { Command } from "cmdk";
import { Check } from "lucide-react";
import { cn } from "@/components/ui/class-names";
import type { PickedService } from "./service-picker";

/** The open list of a `ServicePicker`; loaded when the pointer or the focus comes near. */
export default function ServiceList({
  services,
  chosen,
  most,
  onChange,
  onOnly,
}: {
  services: readonly PickedService[];
  chosen: readonly string[];
  most: number;
  onChange: (ids: string[]) => void;
  onOnly: (id: string) => void;
}) {
  const isFull = chosen.length >= most;
  function toggle(id: string) {
    if (!chosen.includes(id)) {
      if (!isFull) onChange([...chosen, id]);
    } else if (chosen.length > 1) onChange(chosen.filter((one) => one !== id));
  }
  return (
    <Command label="Find a service">
      <Command.Input
        autoFocus
        placeholder="Find a service"
        className="h-9 w-full border-b bg-transparent px-3 text-body outline-none"
      />
      <Command.List aria-multiselectable className="max-h-72 overflow-y-auto p-1">
        <Command.Empty className="px-2 py-3 text-center text-secondary">Nothing found</Command.Empty>
        {services.map(({ id, detail, hasPanels }) => {
          const isChosen = chosen.includes(id);
          return (
            <Command.Item
              key={id}
              value={id}
              keywords={[detail]}
              aria-checked={isChosen}
              onSelect={() => toggle(id)}
              className="group/item flex min-h-8 cursor-default items-center gap-2 rounded-control px-2 py-1 data-[selected=true]:bg-surface-hover"
            >
              <span
                aria-hidden
                className={cn(
                  "flex size-4 shrink-0 items-center justify-center rounded-control border border-control",
                  isChosen && "border-accent bg-accent text-on-accent",
                )}
              >
                {isChosen ? <Check className="size-3" strokeWidth={3} /> : null}
              </span>
              <span className="grid min-w-0 flex-1">
                <span className="truncate" title={id}>
                  {id}
                </span>
                <span className="truncate text-caption text-secondary" title={detail}>
                  {hasPanels ? detail : `${detail}: nothing of this dashboard`}
                </span>
              </span>
              <button
                type="button"
                tabIndex={-1}
                onClick={(event) => {
                  event.stopPropagation();
                  onOnly(id);
                }}
                className="rounded-control px-1 text-caption text-link opacity-0 hover:underline group-hover/item:opacity-100"
              >
                Only
              </button>
            </Command.Item>
          );
        })}
      </Command.List>
      {isFull ? (
        <p className="border-t px-3 py-2 text-caption text-secondary">At most {most} at once.</p>
      ) : null}
    </Command>
  );
}
