"use client";

import { type ComponentProps, useRef } from "react";
import { Button } from "@/components/ui/button";
import { Input } from "@/components/ui/input";
import type { SecretValue } from "./source-form-state";

/**
 * A field that can be written and never read: while the stored value is kept it says so, and Replace empties it for a
 * new one.
 */
export function SecretInput({
  value,
  onValueChange,
  canKeep,
  label,
  ...rest
}: Omit<ComponentProps<"input">, "value" | "onChange" | "type"> & {
  value: SecretValue;
  onValueChange: (value: SecretValue) => void;
  /** A stored value exists, so that replacing it can be taken back. */
  canKeep: boolean;
  /** What it is, for the buttons: "token". */
  label: string;
}) {
  const field = useRef<HTMLInputElement>(null);
  const isKept = value === null;
  return (
    <div className="flex gap-2">
      <Input
        {...rest}
        ref={field}
        type={isKept ? "text" : "password"}
        readOnly={isKept}
        value={value ?? "stored, not shown"}
        onChange={(event) => onValueChange(event.target.value)}
        autoComplete="new-password"
        spellCheck={false}
        className={isKept ? "text-secondary" : undefined}
      />
      {isKept ? (
        <Button
          aria-label={`Replace the ${label}`}
          onClick={() => {
            onValueChange("");
            field.current?.focus();
          }}
        >
          Replace
        </Button>
      ) : canKeep ? (
        <Button aria-label={`Keep the stored ${label}`} onClick={() => onValueChange(null)}>
          Keep
        </Button>
      ) : null}
    </div>
  );
}
