import { useRef } from "react";

/**
 * Whether something was open before or is now: for what is loaded with its first opening, and stays after it so that it
 * can give the focus back when it closes.
 */
export function useHasOpened(open: boolean): boolean {
  const hasOpened = useRef(false);
  hasOpened.current ||= open;
  return hasOpened.current;
}
