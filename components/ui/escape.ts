/**
 * Gives Escape to the layer beneath, after a layer that only informs (a tooltip, a toast) has closed on it: whoever
 * presses Escape means the dialog that they are in. Sent to the document, where layers listen, so that no field hears
 * the key twice.
 */
export function passEscapeOn(): void {
  // After the closed layer has left the stack of layers, which it does as it unmounts.
  setTimeout(() => document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })));
}
