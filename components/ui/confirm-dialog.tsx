"use client";

import { type ReactNode, useId, useState } from "react";
import { Button } from "./button";
import { Dialog, DialogClose, DialogContent } from "./dialog";
import { Input } from "./input";

/**
 * Asks before something is done, and says in numbers what will happen ("Promote v12 to 50 % of chat-api, now 25 %").
 * `typeToConfirm` is only for what cannot be undone: the name has to be typed. Where undo is possible, offer that
 * instead of asking.
 */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  children,
  verb,
  onConfirm,
  pending = false,
  error,
  destructive = false,
  typeToConfirm,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  /** What will happen. */
  children: ReactNode;
  /** Word on the button: "Delete", "Roll back". */
  verb: string;
  onConfirm: () => void;
  pending?: boolean;
  /** Why it did not work, shown above the buttons. */
  error?: string | null;
  destructive?: boolean;
  typeToConfirm?: string;
}) {
  const [typed, setTyped] = useState("");
  const fieldId = useId();
  const missing = typeToConfirm !== undefined && typed !== typeToConfirm;
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) setTyped("");
        onOpenChange(next);
      }}
    >
      <DialogContent
        title={title}
        footer={
          <>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <Button
              type="submit"
              form={`${fieldId}-form`}
              variant={destructive ? "danger-solid" : "primary"}
              loading={pending}
              disabledReason={missing ? `Type ${typeToConfirm} to confirm` : undefined}
            >
              {verb}
            </Button>
          </>
        }
      >
        <form
          id={`${fieldId}-form`}
          className="grid gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            if (!missing && !pending) onConfirm();
          }}
        >
          <div className="text-body text-secondary">{children}</div>
          {typeToConfirm !== undefined ? (
            <div className="grid gap-1">
              <label htmlFor={fieldId} className="text-body">
                Type <strong className="text-strong">{typeToConfirm}</strong> to confirm; this cannot be
                undone.
              </label>
              <Input
                id={fieldId}
                autoComplete="off"
                spellCheck={false}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            </div>
          ) : null}
          {error ? (
            <p role="alert" className="rounded-control bg-critical-tint px-3 py-2 text-critical-text">
              {error}
            </p>
          ) : null}
        </form>
      </DialogContent>
    </Dialog>
  );
}
