"use client";

import { ChevronLeft, ChevronRight } from "lucide-react";
import { useState } from "react";
import { Button } from "./button";

/**
 * Pages by cursor: the server says what comes next, and the way back is the list of cursors that were visited.
 * `shown` and `total` state the count ("200 of 1,312"); leave `total` out when the server does not know it.
 */
export function Pagination({
  nextCursor,
  canGoBack,
  onNext,
  onBack,
  shown,
  total,
  noun,
  loading = false,
}: {
  nextCursor: string | null;
  canGoBack: boolean;
  onNext: (cursor: string) => void;
  onBack: () => void;
  shown: number;
  total?: number;
  /** Plural: "audit events". */
  noun: string;
  loading?: boolean;
}) {
  const count = shown.toLocaleString("en-US");
  return (
    <nav aria-label={`Pages of ${noun}`} className="flex items-center gap-2">
      <p className="mr-auto text-caption text-secondary" role="status">
        {total === undefined
          ? `${count} ${noun} on this page`
          : `${count} of ${total.toLocaleString("en-US")} ${noun}`}
      </p>
      <Button size="sm" onClick={onBack} disabled={!canGoBack || loading}>
        <ChevronLeft aria-hidden />
        Back
      </Button>
      <Button
        size="sm"
        disabled={nextCursor === null || loading}
        onClick={() => nextCursor !== null && onNext(nextCursor)}
      >
        Next
        <ChevronRight aria-hidden />
      </Button>
    </nav>
  );
}

/**
 * The cursors visited so far; `cursor` is that of the page to show (null for the first). Another `list` (its filters, as
 * text) begins on its first page.
 */
export function useCursorPages(list = ""): {
  cursor: string | null;
  canGoBack: boolean;
  next: (cursor: string) => void;
  back: () => void;
} {
  const [state, setState] = useState<{ list: string; visited: readonly string[] }>({ list, visited: [] });
  const visited = state.list === list ? state.visited : [];
  return {
    cursor: visited.at(-1) ?? null,
    canGoBack: visited.length > 0,
    next: (cursor) => setState({ list, visited: [...visited, cursor] }),
    back: () => setState({ list, visited: visited.slice(0, -1) }),
  };
}
