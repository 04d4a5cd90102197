let held = "";

/**
 * From now until `takeKeys` what is typed is kept, and reaches neither the page nor its shortcuts: the field that it is
 * meant for is not there yet. Keys with Ctrl, Cmd or Alt, Tab and Escape do what they always do.
 */
export function holdKeys(): void {
  held = "";
  document.addEventListener("keydown", hold, { capture: true });
}

/** What was typed since `holdKeys`; it ends the holding. */
export function takeKeys(): string {
  document.removeEventListener("keydown", hold, { capture: true });
  const taken = held;
  held = "";
  return taken;
}

function hold(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if ([...event.key].length === 1) held += event.key;
  else if (event.key === "Backspace") held = [...held].slice(0, -1).join("");
  else if (event.key !== "Enter") return;
  event.preventDefault();
  event.stopImmediatePropagation();
}
