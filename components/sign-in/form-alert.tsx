"use client";

import { OctagonAlert } from "lucide-react";
import { useEffect, useRef } from "react";

/** Why a form did not work, above its button; takes the focus when it appears or changes. Nothing without a message. */
export function FormAlert({ message }: { message: string | null }) {
  const element = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    if (message !== null) element.current?.focus();
  }, [message]);
  if (message === null) return null;
  return (
    <p
      ref={element}
      role="alert"
      tabIndex={-1}
      className="flex gap-2 rounded-control bg-critical-tint px-3 py-2 text-critical-text"
    >
      <OctagonAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-critical" />
      <span>{message}</span>
    </p>
  );
}
