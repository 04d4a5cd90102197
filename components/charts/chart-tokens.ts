"use client";

import { type RefObject, useSyncExternalStore } from "react";

/** Returns the value of a colour token at an element: the theme is that of the nearest `data-theme` above it. */
export function readToken(element: Element, name: string): string {
  return getComputedStyle(element).getPropertyValue(name).trim() || "currentColor";
}

/** Reads tokens once each until `reset`, as a canvas asks for the same few colours in every frame. */
export class TokenReader {
  #known = new Map<string, string>();

  constructor(private readonly element: () => Element | null) {}

  /** The colour of a token, with an optional opacity from 0 to 1. */
  color(name: string, opacity = 1): string {
    const element = this.element();
    if (!element) return "transparent";
    const key = `${name} ${opacity}`;
    let color = this.#known.get(key);
    if (color === undefined) {
      color = withOpacity(readToken(element, name), opacity);
      this.#known.set(key, color);
    }
    return color;
  }

  reset(): void {
    this.#known.clear();
  }
}

function withOpacity(color: string, opacity: number): string {
  if (opacity === 1 || !/^#[0-9a-f]{6}$/i.test(color)) return color;
  return `${color}${Math.round(opacity * 255)
    .toString(16)
    .padStart(2, "0")}`;
}

let version = 0;
const listeners = new Set<() => void>();
let stop: (() => void) | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!stop) {
    const changed = () => {
      version += 1;
      for (const each of listeners) each();
    };
    const observer = new MutationObserver(changed);
    observer.observe(document.documentElement, {
      attributes: true,
      subtree: true,
      attributeFilter: ["data-theme"],
    });
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", changed);
    stop = () => {
      observer.disconnect();
      system.removeEventListener("change", changed);
    };
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      stop?.();
      stop = undefined;
    }
  };
}

/** A number that changes when any theme of the document does; redraw a canvas when it does. */
export function useThemeVersion(): number {
  return useSyncExternalStore(
    subscribe,
    () => version,
    () => 0,
  );
}

/** Width and height in CSS px of an element, kept up to date; zero before the first layout. */
export function observeSize(
  element: RefObject<HTMLElement | null>,
  onSize: (width: number, height: number) => void,
): () => void {
  if (!element.current) return () => {};
  const observer = new ResizeObserver((entries) => {
    const box = entries[0]?.contentRect;
    if (box) onSize(Math.floor(box.width), Math.floor(box.height));
  });
  observer.observe(element.current);
  return () => observer.disconnect();
}
