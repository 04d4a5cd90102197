"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { PencilLine, Plus, Rocket, Trash2 } from "lucide-react";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button, IconButton } from "@/components/ui/button";
import { Dialog, SheetContent } from "@/components/ui/dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Name } from "@/components/ui/name";
import { Skeleton } from "@/components/ui/skeleton";
import { toast } from "@/components/ui/toaster";
import {
  annotationsKey,
  annotationsQuery,
  deleteAnnotation,
  restoreAnnotation,
} from "@/lib/annotations/client";
import type { AnnotationView } from "@/lib/annotations/schema";
import { errorFacts } from "@/lib/api/client";
import { formatTime } from "@/lib/units";
import { NoteFormView } from "./note-form";
import { emptyNote, noteOf } from "./note-form-state";

type Editing = { kind: "new"; at: { start: number; end?: number } } | { kind: "edit"; note: AnnotationView };

/**
 * What happened in a time range (Unix seconds): people's notes, which operators may add, change and delete, and the
 * deployments that the metrics show. `initial` opens the form on a moment or a range at once.
 */
export default function NotesDialog({
  services,
  range,
  canWrite,
  initial,
  onClose,
}: {
  services: readonly string[];
  range: { from: number; to: number };
  canWrite: boolean;
  initial?: { start: number; end?: number };
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [editing, setEditing] = useState<Editing | null>(
    initial === undefined ? null : { kind: "new", at: initial },
  );
  const [service] = services;
  const notes = useQuery(
    annotationsQuery({
      start: Math.floor(range.from),
      end: Math.ceil(range.to),
      ...(services.length === 1 ? { service } : {}),
    }),
  );
  const refresh = () => queries.invalidateQueries({ queryKey: annotationsKey });
  const items = (notes.data?.items ?? []).filter(
    (note) => note.service === null || services.includes(note.service),
  );

  async function remove(note: AnnotationView) {
    try {
      await deleteAnnotation(note);
      toast("The note was deleted", {
        description: note.text,
        action: { label: "Undo", onClick: () => void restore(note) },
      });
    } catch (error) {
      toast("The note could not be deleted", { state: "failed", description: errorFacts(error).detail });
    }
    await refresh();
  }

  async function restore(note: AnnotationView) {
    try {
      await restoreAnnotation(note);
      toast("The note is back", { state: "ok" });
    } catch (error) {
      toast("The note could not be restored", { state: "failed", description: errorFacts(error).detail });
    }
    await refresh();
  }

  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())}>
      <SheetContent
        title="Notes and deployments"
        description={`${formatTime(range.from)} to ${formatTime(range.to)}`}
      >
        {editing === null ? (
          <div className="grid gap-4">
            {canWrite ? (
              <div>
                <Button
                  variant="primary"
                  onClick={() => setEditing({ kind: "new", at: { start: Math.floor(range.to) } })}
                >
                  <Plus aria-hidden />
                  Add a note
                </Button>
              </div>
            ) : null}
            {(notes.data?.notes ?? []).map((note) => (
              <p
                key={note}
                role="status"
                className="rounded-control bg-warning-tint px-3 py-2 text-warning-text"
              >
                {note}
              </p>
            ))}
            {notes.isPending ? (
              <Skeleton className="h-24" />
            ) : notes.isError && notes.data === undefined ? (
              <ErrorState
                title="The notes could not be read"
                error={errorFacts(notes.error)}
                onRetry={() => void notes.refetch()}
                retrying={notes.isFetching}
              />
            ) : items.length === 0 ? (
              <EmptyState title="Nothing is noted here">
                Deployments show by themselves when a version in the metrics changes.
              </EmptyState>
            ) : (
              <ul className="grid gap-1">
                {items.map((note) => (
                  <NoteRow
                    key={note.id}
                    note={note}
                    showService={services.length > 1}
                    onEdit={() => setEditing({ kind: "edit", note })}
                    onDelete={() => void remove(note)}
                  />
                ))}
              </ul>
            )}
          </div>
        ) : (
          <NoteFormView
            note={editing.kind === "edit" ? editing.note : null}
            initial={
              editing.kind === "edit"
                ? noteOf(editing.note)
                : emptyNote(editing.at, services.length === 1 ? (service ?? "") : "")
            }
            range={range}
            services={services}
            onCancel={() => setEditing(null)}
            onSaved={() => {
              setEditing(null);
              toast(editing.kind === "edit" ? "The note was saved" : "The note was added", { state: "ok" });
              void refresh();
            }}
          />
        )}
      </SheetContent>
    </Dialog>
  );
}

function NoteRow({
  note,
  showService,
  onEdit,
  onDelete,
}: {
  note: AnnotationView;
  showService: boolean;
  onEdit: () => void;
  onDelete: () => void;
}) {
  const from = formatTime(Date.parse(note.start) / 1000);
  const to = note.end === null ? "" : ` to ${formatTime(Date.parse(note.end) / 1000)}`;
  return (
    <li className="flex items-start gap-2 border-b py-2 last:border-b-0">
      <span className="grid min-w-0 flex-1 gap-0.5">
        <span className="[overflow-wrap:anywhere]">{note.text}</span>
        <span className="flex flex-wrap items-center gap-x-2 text-caption text-secondary">
          {note.isComputed ? <Rocket aria-hidden className="size-3.5" /> : null}
          {`${from}${to}`}
          {showService ? <Name>{note.service ?? "all services"}</Name> : null}
          {note.author === null ? null : <span>{note.author}</span>}
          {note.kind === "note" ? null : <Badge>{note.kind.replaceAll("_", " ")}</Badge>}
        </span>
      </span>
      {note.actions.includes("edit") ? (
        <IconButton label={`Change “${note.text.slice(0, 40)}”`} size="sm" onClick={onEdit}>
          <PencilLine />
        </IconButton>
      ) : null}
      {note.actions.includes("delete") ? (
        <IconButton label={`Delete “${note.text.slice(0, 40)}”`} size="sm" onClick={onDelete}>
          <Trash2 />
        </IconButton>
      ) : null}
    </li>
  );
}
