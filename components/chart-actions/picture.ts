import type { ChartEntry } from "@/components/charts/chart-display";
import { readToken } from "@/components/charts/chart-tokens";
import { type ChartSeries, colorToken, isDashed } from "@/components/charts/series";
import { flow } from "./picture-layout";

const FACE = '"Inter Variable", system-ui, sans-serif';
const MARGIN = 24;
const TITLE_ROW = 24;
const TEXT_ROW = 20;
const GAP = 12;
const SWATCH = 16;
/** Pictures are looked at on dense screens, whatever the one they were made on. */
const LEAST_RATIO = 2;
const LEAST_WIDTH = 480;

type Line = Pick<ChartSeries, "label" | "color" | "against">;

/**
 * Draws the charts of a panel as one picture: title, range, the drawings as they are on screen, and their legends, in the
 * theme that the panel has. Throws when the browser gives no canvas.
 */
export async function pictureOf({
  panel,
  title,
  range,
  charts,
}: {
  /** The theme is that of this element. */
  panel: Element;
  title: string;
  /** In words. */
  range: string;
  charts: readonly ChartEntry[];
}): Promise<Blob> {
  const shown = charts.flatMap((chart) => {
    const element = chart.element();
    return element && element.getBoundingClientRect().width > 0 ? [{ chart, element }] : [];
  });
  const color = (token: string) => readToken(panel, token);
  const measuring = contextOf(document.createElement("canvas"));
  measuring.font = `12px ${FACE}`;
  const width = Math.max(LEAST_WIDTH, ...shown.map(({ element }) => element.getBoundingClientRect().width));
  const legends = shown.map(({ chart }) =>
    flow(
      legendOf(chart.lines()).map((line) => ({
        item: line,
        width: SWATCH + measuring.measureText(line.label).width,
      })),
      { width, gap: GAP, rowHeight: TEXT_ROW },
    ),
  );
  const hasCaptions = shown.length > 1;
  const height = shown.reduce(
    (sum, { element }, index) =>
      sum +
      GAP +
      (hasCaptions ? TEXT_ROW : 0) +
      element.getBoundingClientRect().height +
      (legends[index]!.height === 0 ? 0 : GAP / 2 + legends[index]!.height),
    2 * MARGIN + TITLE_ROW + TEXT_ROW,
  );

  const canvas = document.createElement("canvas");
  const ratio = Math.max(LEAST_RATIO, devicePixelRatio);
  canvas.width = Math.round((width + 2 * MARGIN) * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = contextOf(canvas);
  ctx.scale(ratio, ratio);
  ctx.fillStyle = color("--surface-panel");
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.textBaseline = "middle";
  const write = (text: string, token: string, font: string, x: number, y: number, most: number) => {
    ctx.fillStyle = color(token);
    ctx.font = `${font} ${FACE}`;
    ctx.fillText(fitted(ctx, text, most), x, y);
  };

  let y = MARGIN;
  write(title, "--text", "600 16px", MARGIN, y + TITLE_ROW / 2, width);
  y += TITLE_ROW;
  write(range, "--text-secondary", "12px", MARGIN, y + TEXT_ROW / 2, width);
  y += TEXT_ROW;
  for (const [index, { chart, element }] of shown.entries()) {
    y += GAP;
    if (hasCaptions) {
      write(chart.title, "--text-secondary", "12px", MARGIN, y + TEXT_ROW / 2, width);
      y += TEXT_ROW;
    }
    await drawChart(ctx, element, MARGIN, y);
    y += element.getBoundingClientRect().height;
    const { placed, height: taken } = legends[index]!;
    if (taken > 0) y += GAP / 2;
    for (const { item, x, y: row, width: own } of placed) {
      drawSwatch(ctx, item, color(colorToken(item.color)), MARGIN + x, y + row + TEXT_ROW / 2);
      write(
        item.label,
        "--text-secondary",
        "12px",
        MARGIN + x + SWATCH,
        y + row + TEXT_ROW / 2,
        own - SWATCH,
      );
    }
    y += taken;
  }
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("the browser made no picture of the chart"))),
      "image/png",
    ),
  );
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const ctx = canvas.getContext("2d");
  if (ctx === null) throw new Error("the browser gives no canvas to draw on");
  return ctx;
}

/** The names of lines; those in grey are counted, as in the legend on screen. */
function legendOf(lines: readonly Line[]): Line[] {
  if (lines.length < 2) return [];
  const named = lines.filter(({ color }) => color !== "other");
  const others = lines.length - named.length;
  return others === 0 ? named : [...named, { label: `${others} more`, color: "other" }];
}

function drawSwatch(ctx: CanvasRenderingContext2D, line: Line, color: string, x: number, y: number): void {
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = 3;
  if (isDashed(line)) ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(x, y);
  ctx.lineTo(x + SWATCH - 4, y);
  ctx.stroke();
  ctx.restore();
}

/** The text, cut with an ellipsis where it would be wider than `most` px. */
function fitted(ctx: CanvasRenderingContext2D, text: string, most: number): string {
  if (ctx.measureText(text).width <= most) return text;
  let length = text.length;
  while (length > 1 && ctx.measureText(`${text.slice(0, length)}…`).width > most) length -= 1;
  return `${text.slice(0, length)}…`;
}

/** Draws a chart where it stands on screen, moved so that its top left is at (x, y): canvases, SVG, and marked elements. */
async function drawChart(
  ctx: CanvasRenderingContext2D,
  chart: HTMLElement,
  x: number,
  y: number,
): Promise<void> {
  const origin = chart.getBoundingClientRect();
  const place = (element: Element) => {
    const box = element.getBoundingClientRect();
    return {
      left: x + box.left - origin.left,
      top: y + box.top - origin.top,
      width: box.width,
      height: box.height,
    };
  };
  for (const canvas of chart.querySelectorAll("canvas")) {
    const { left, top, width, height } = place(canvas);
    if (width > 0 && height > 0) ctx.drawImage(canvas, left, top, width, height);
  }
  for (const svg of chart.querySelectorAll("svg")) {
    if (svg.closest("button")) continue;
    const { left, top, width, height } = place(svg);
    if (width > 0 && height > 0) ctx.drawImage(await imageOf(svg, width, height), left, top, width, height);
  }
  for (const element of chart.querySelectorAll<HTMLElement>("[data-picture]")) {
    const { left, top, width, height } = place(element);
    const style = getComputedStyle(element);
    if (element.dataset.picture === "dot") {
      ctx.fillStyle = style.backgroundColor;
      ctx.beginPath();
      ctx.moveTo(left + width / 2, top);
      ctx.lineTo(left + width, top + height / 2);
      ctx.lineTo(left + width / 2, top + height);
      ctx.lineTo(left, top + height / 2);
      ctx.fill();
    } else {
      ctx.fillStyle = style.color;
      ctx.font = `12px ${FACE}`;
      const padding = Number.parseFloat(style.paddingLeft) || 0;
      ctx.fillText(fitted(ctx, element.textContent ?? "", width - padding), left + padding, top + height / 2);
    }
  }
}

/** What the style of an SVG's element decides of how it looks; a picture has no style sheet. */
const STYLED = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-width",
  "stroke-opacity",
  "stroke-dasharray",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "text-anchor",
  "dominant-baseline",
  "visibility",
  "display",
];

async function imageOf(svg: SVGSVGElement, width: number, height: number): Promise<HTMLImageElement> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  for (const [index, original] of [svg, ...svg.querySelectorAll<SVGElement>("*")].entries()) {
    const style = getComputedStyle(original);
    for (const property of STYLED)
      copies[index]?.style.setProperty(property, style.getPropertyValue(property));
  }
  copy.setAttribute("width", `${width}`);
  copy.setAttribute("height", `${height}`);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}
