import { overviewPanels } from "@/lib/dashboards/overview";

declare global {
  /** Tells the bench in how many milliseconds from navigation on all panels had been painted. */
  function benchDrawn(milliseconds: number): void;
}

const painted = new WeakSet<HTMLCanvasElement>();

function isPainted(canvas: HTMLCanvasElement): boolean {
  if (painted.has(canvas)) return true;
  if (canvas.width === 0 || canvas.height === 0) return false;
  const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
  const isNow = pixels?.some((value) => value !== 0) === true;
  if (isNow) painted.add(canvas);
  return isNow;
}

/** A panel is drawn when it has a canvas, each of its canvases has paint on it, and no figure still waits for its chart. */
function isDrawn(id: string): boolean {
  const panel = document.getElementById(id);
  if (panel === null || panel.getAttribute("aria-busy") === "true") return false;
  const canvases = [...panel.querySelectorAll("canvas")];
  const figures = [...panel.querySelectorAll("figure")];
  return (
    canvases.length > 0 &&
    figures.every((figure) => figure.querySelector("canvas, svg") !== null) &&
    canvases.every(isPainted)
  );
}

function look(): void {
  if (overviewPanels.every(({ id }) => isDrawn(id))) benchDrawn(performance.now());
  else requestAnimationFrame(look);
}

requestAnimationFrame(look);
