"use client";

import { type RefObject, useEffect, useState } from "react";

/** A chart is loaded when it is this near to the window, so that it is there when it is scrolled to. */
const NEAR_PX = 400;

/** True from the moment on when the element is in or near the window; looks for a new element when `key` changes. */
export function useNear(element: RefObject<Element | null>, key: unknown): boolean {
  const [near, setNear] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the element
  useEffect(() => {
    if (near || !element.current) return;
    if (typeof IntersectionObserver === "undefined") {
      setNear(true);
      return;
    }
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: `${NEAR_PX}px` },
    );
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [near, element, key]);
  return near;
}
