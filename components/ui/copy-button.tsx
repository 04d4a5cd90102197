"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "./button";
import type { ButtonSize } from "./button-class";

/** Copies text; false when the browser refuses (no permission, or no clipboard over plain HTTP). */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Copies a value, and shows a tick for two seconds once it is on the clipboard. */
export function CopyButton({
  value,
  label = "Copy",
  size = "sm",
  className,
}: {
  value: string | (() => string);
  label?: string;
  size?: ButtonSize;
  className?: string;
}) {
  const [state, setState] = useState<"idle" | "copied" | "refused">("idle");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <IconButton
      label={state === "copied" ? "Copied" : state === "refused" ? "The browser refused to copy" : label}
      size={size}
      className={className}
      onClick={async () => {
        const copied = await copyText(typeof value === "function" ? value() : value);
        setState(copied ? "copied" : "refused");
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setState("idle"), 2000);
      }}
    >
      {state === "copied" ? <Check className="text-ok" /> : <Copy />}
    </IconButton>
  );
}
