"use client";

import { createContext } from "react";

/**
 * Picks a moment or a range of a time axis (Unix seconds) for what the page does with it, such as a note on it: by a click
 * or a drag with Ctrl or Cmd held, or by `n` at the crosshair. Null where the page does nothing with it.
 */
export type TimePick = (at: { start: number; end?: number }) => void;

export const TimePickContext = createContext<TimePick | null>(null);
