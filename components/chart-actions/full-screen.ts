/** What stays in reach beside an element that fills the window: what floats above it. */
const FLOATING = "[data-radix-popper-content-wrapper], [role=status], [aria-live], script, style, template";

/**
 * Puts everything of the document but one element and what is in it out of reach of keyboard, pointer and screen readers;
 * returns the undo.
 */
export function makeOthersInert(element: HTMLElement): () => void {
  const made: HTMLElement[] = [];
  for (
    let each: HTMLElement = element;
    each.parentElement && each !== document.body;
    each = each.parentElement
  )
    for (const sibling of each.parentElement.children) {
      if (sibling === each || !(sibling instanceof HTMLElement) || sibling.inert) continue;
      if (sibling.matches(FLOATING)) continue;
      sibling.inert = true;
      made.push(sibling);
    }
  return () => {
    for (const each of made) each.inert = false;
  };
}
