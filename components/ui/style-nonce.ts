"use client";

/**
 * Radix locks the page's scroll behind a dialog with a style element made at run time. Its library takes the nonce from
 * this global; we take it from a script that the server already marked, so that no prop has to travel.
 */
export function adoptStyleNonce(): void {
  if (typeof document === "undefined") return;
  const nonce = document.querySelector<HTMLScriptElement>("script[nonce]")?.nonce;
  if (nonce) (globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;
}

/** The nonce of this document, for elements that take it as a prop; undefined without a Content-Security-Policy. */
export function styleNonce(): string | undefined {
  return (globalThis as { __webpack_nonce__?: string }).__webpack_nonce__;
}

adoptStyleNonce();
