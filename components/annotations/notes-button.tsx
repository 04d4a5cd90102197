"use client";

import { NotebookPen } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { IconButton } from "@/components/ui/button";

const loadDialog = () => import("./notes-dialog");
const NotesDialog = lazy(loadDialog);

/**
 * Opens the notes of the page's time range: what happened, and a form to add to it. `services` are those on the page,
 * `range` its time range (Unix seconds).
 */
export function NotesButton({
  services,
  range,
  canWrite,
}: {
  services: readonly string[];
  range: { from: number; to: number };
  canWrite: boolean;
}) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton
        label="Notes and deployments"
        variant="secondary"
        onPointerEnter={() => void loadDialog()}
        onFocus={() => void loadDialog()}
        onClick={() => setOpen(true)}
      >
        <NotebookPen />
      </IconButton>
      {open ? (
        <Suspense fallback={null}>
          <NotesDialog services={services} range={range} canWrite={canWrite} onClose={() => setOpen(false)} />
        </Suspense>
      ) : null}
    </>
  );
}
