"use client";

import { type FormEvent, useId, useState } from "react";
import { Button } from "@/components/ui/button";
import { DialogClose, DialogContent } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";
import { Select } from "@/components/ui/select";
import { acknowledgeSpans, endOf } from "./times";

/** Acknowledges with a note and a time. Use inside `Dialog`. */
export function AcknowledgeDialog({
  title,
  verb = "Acknowledge",
  busy,
  onSubmit,
}: {
  title: string;
  verb?: string;
  busy: boolean;
  onSubmit: (given: { note: string | null; until: string | null }) => void;
}) {
  const form = useId();
  const [note, setNote] = useState("");
  const [span, setSpan] = useState("active");

  function submit(event: FormEvent) {
    event.preventDefault();
    onSubmit({
      note: note.trim() === "" ? null : note.trim(),
      until: endOf(acknowledgeSpans, span, new Date()),
    });
  }

  return (
    <DialogContent
      title={title}
      description="Everyone sees that you see to it. It ends when the alert resolves; once its time runs out, the alert escalates."
      footer={
        <>
          <DialogClose asChild>
            <Button>Cancel</Button>
          </DialogClose>
          <Button type="submit" form={form} variant="primary" loading={busy}>
            {verb}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="grid gap-4">
        <Field label="Note" optional>
          <Textarea value={note} rows={2} onChange={(event) => setNote(event.target.value)} />
        </Field>
        <Field label="For">
          <Select options={acknowledgeSpans} value={span} onValueChange={setSpan} />
        </Field>
      </form>
    </DialogContent>
  );
}
