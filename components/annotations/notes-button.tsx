"use client";

import { NotebookPen } from "lucide-react";
import { IconButton } from "@/components/ui/button";
import { useNotesOfPage } from "./notes-of-page";

/** Opens the notes of the page's time range: what happened, and a form to add to it. */
export function NotesButton() {
  const { open, preload } = useNotesOfPage();
  return (
    <IconButton
      label="Notes and deployments"
      variant="secondary"
      onPointerEnter={preload}
      onFocus={preload}
      onClick={open}
    >
      <NotebookPen />
    </IconButton>
  );
}
