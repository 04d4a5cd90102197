"use client";

import { useCallback, useEffect, useRef, useState } from "react";

/** A panel is asked for when it is this near to the window, so that it is there when it is scrolled to. */
const nearPx = 400;

/**
 * Which of the page's panels are in or near the window. `first` are taken to be until the window is known. One observer
 * serves all of them, so that those that come into sight together are known together.
 */
export function useInSight(first: readonly string[]): {
  inSight: ReadonlySet<string>;
  /** For the `ref` of a panel's element, whose `data-panel` is its key. */
  watch: (element: HTMLElement | null) => (() => void) | undefined;
} {
  const [inSight, setInSight] = useState<ReadonlySet<string>>(() => new Set(first));
  const isMeasured = useRef(false);
  const observer = useRef<IntersectionObserver>(null);
  const waiting = useRef(new Set<Element>());

  useEffect(() => {
    if (typeof IntersectionObserver === "undefined") {
      setInSight(new Set([...waiting.current].map(keyOf)));
      return;
    }
    const made = new IntersectionObserver(
      (entries) =>
        setInSight((before) => {
          const next = new Set(isMeasured.current ? before : []);
          isMeasured.current = true;
          for (const { target, isIntersecting } of entries) {
            if (isIntersecting) next.add(keyOf(target));
            else next.delete(keyOf(target));
          }
          const isSame = next.size === before.size && [...next].every((key) => before.has(key));
          return isSame ? before : next;
        }),
      { rootMargin: `${nearPx}px 0px` },
    );
    observer.current = made;
    for (const element of waiting.current) made.observe(element);
    return () => {
      made.disconnect();
      observer.current = null;
    };
  }, []);

  const watch = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    waiting.current.add(element);
    observer.current?.observe(element);
    return () => {
      waiting.current.delete(element);
      observer.current?.unobserve(element);
      const key = keyOf(element);
      setInSight((before) => {
        if (!before.has(key)) return before;
        const next = new Set(before);
        next.delete(key);
        return next;
      });
    };
  }, []);
  return { inSight, watch };
}

const keyOf = (element: Element): string => (element as HTMLElement).dataset.panel ?? "";
