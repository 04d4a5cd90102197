"use client";

import { createContext, lazy, type ReactNode, Suspense, useContext, useMemo, useState } from "react";
import { type TimePick, TimePickContext } from "@/components/charts/time-pick";

const loadDialog = () => import("./notes-dialog");
const NotesDialog = lazy(loadDialog);

type Notes = { open: () => void; preload: () => void };

const NotesContext = createContext<Notes | null>(null);

/** The notes of the page around. Throws outside of `NotesOfPage`. */
export function useNotesOfPage(): Notes {
  const notes = useContext(NotesContext);
  if (notes === null) throw new Error("There is no NotesOfPage around.");
  return notes;
}

/**
 * Holds the notes of a page: what happened in its time range (Unix seconds) to its services, a form to add to it, and
 * for those who may write a way into that form from a moment or a range of every chart within.
 */
export function NotesOfPage({
  services,
  range,
  canWrite,
  children,
}: {
  services: readonly string[];
  range: { from: number; to: number };
  canWrite: boolean;
  children: ReactNode;
}) {
  const [opened, setOpened] = useState<{ at?: Parameters<TimePick>[0] } | null>(null);
  const notes = useMemo<Notes>(() => ({ open: () => setOpened({}), preload: () => void loadDialog() }), []);
  const pick = useMemo<TimePick | null>(() => (canWrite ? (at) => setOpened({ at }) : null), [canWrite]);
  return (
    <NotesContext value={notes}>
      <TimePickContext value={pick}>{children}</TimePickContext>
      {opened === null ? null : (
        <Suspense fallback={null}>
          <NotesDialog
            services={services}
            range={range}
            canWrite={canWrite}
            initial={opened.at}
            onClose={() => setOpened(null)}
          />
        </Suspense>
      )}
    </NotesContext>
  );
}
