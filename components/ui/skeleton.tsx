"use client";

import { type CSSProperties, useEffect, useState } from "react";
import { cn } from "./class-names";

/** Milliseconds before a skeleton shows: an answer that is faster than this never flashes one. */
export const SKELETON_DELAY_MS = 200;

/** True once `delayMs` have passed since mounting. */
export function useDelayed(delayMs: number = SKELETON_DELAY_MS): boolean {
  const [passed, setPassed] = useState(delayMs === 0);
  useEffect(() => {
    if (delayMs === 0) return;
    const timer = setTimeout(() => setPassed(true), delayMs);
    return () => clearTimeout(timer);
  }, [delayMs]);
  return passed;
}

/** A grey block of the size of what is coming. Takes its place at once and shows after 200 ms. */
export function Skeleton({
  className,
  style,
  delayMs,
}: {
  className?: string;
  style?: CSSProperties;
  delayMs?: number;
}) {
  const visible = useDelayed(delayMs);
  return (
    <div
      aria-hidden
      style={style}
      className={cn("rounded-control", visible && "animate-fade bg-surface-hover", className)}
    />
  );
}
