"use client";

import type { ReactNode } from "react";
import { Dialog, SheetContent } from "@/components/ui/dialog";

/** The navigation of a narrow window, over the page; loaded when it is first opened. */
export default function Drawer({
  open,
  onOpenChange,
  children,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  children: ReactNode;
}) {
  return (
    <Dialog open={open} onOpenChange={onOpenChange}>
      <SheetContent side="left" title="Inferscope" className="w-70">
        <div className="-m-2">{children}</div>
      </SheetContent>
    </Dialog>
  );
}
