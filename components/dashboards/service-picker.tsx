"use client";

import { ChevronsUpDown } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { cn } from "@/components/ui/class-names";
import { CONTROL } from "@/components/ui/input";
import { Popover, PopoverContent, PopoverTrigger } from "@/components/ui/popover";

const loadList = () => import("./service-list");
const ServiceList = lazy(loadList);

/** A service that may be chosen; one that has nothing of the dashboard says so and can be chosen all the same. */
export interface PickedService {
  id: string;
  detail: string;
  hasPanels: boolean;
}

/** The services that a dashboard shows: one or many. */
export function ServicePicker({
  services,
  chosen,
  most,
  onChange,
  className,
}: {
  services: readonly PickedService[];
  chosen: readonly string[];
  /** How many may be shown at once. */
  most: number;
  onChange: (ids: string[]) => void;
  className?: string;
}) {
  const [open, setOpen] = useState(false);
  const words = chosen.length === 1 ? chosen[0]! : `${chosen.length} services`;
  return (
    <Popover open={open} onOpenChange={setOpen}>
      <PopoverTrigger asChild>
        <button
          type="button"
          aria-haspopup="listbox"
          aria-label={`Services: ${chosen.join(", ")}`}
          onPointerEnter={loadList}
          onFocus={loadList}
          className={cn(CONTROL, "inline-flex h-8 items-center justify-between gap-2 text-left", className)}
        >
          <span className="truncate" title={chosen.join(", ")}>
            {words}
          </span>
          <ChevronsUpDown aria-hidden className="size-4 shrink-0 text-secondary" />
        </button>
      </PopoverTrigger>
      <PopoverContent align="end" className="w-72 overflow-hidden p-0">
        <Suspense fallback={<div className="h-9" />}>
          <ServiceList
            services={services}
            chosen={chosen}
            most={most}
            onChange={onChange}
            onOnly={(id) => {
              onChange([id]);
              setOpen(false);
            }}
          />
        </Suspense>
      </PopoverContent>
    </Popover>
  );
}
