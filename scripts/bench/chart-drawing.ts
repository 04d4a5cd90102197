import { readFile } from "node:fs/promises";
import path from "node:path";
import type { BenchBrowser, ScriptedPage } from "./browser";
import { bundleForBrowser } from "./browser-bundle";
import type { BenchContext } from "./context";
import type { Measurement } from "./measurement";
import { servePage } from "./page-server";
import { median } from "./statistics";

export const drawingTitle = "Drawing a panel of 50 series × 1,000 points, scripting";
export const panningTitle = "Panning it, time between two frames";

const seriesCount = 50;
const points = 1000;
const rounds = 31;
// The first drawings of either side also compile the scripts.
const discardedRounds = 9;
const panRounds = 3;
/** A display shows 60 frames a second; a browser's clock is a little off. Seconds. */
const frame = 1 / 60;
const clockTolerance = 0.0003;

type Side = "bare" | "console";

/**
 * Measurement 8: a panel of the console and bare uPlot draw the same data in the same page by turns. Answers the time of
 * scripts for one drawing, and the time between frames while the console's chart is dragged.
 */
export async function measureDrawing(
  { signal, detail }: Pick<BenchContext, "signal" | "detail">,
  browser: BenchBrowser,
  { root, port }: { root: string; port: number },
): Promise<[drawing: Measurement, panning: Measurement]> {
  const page = await servePage({ port, html: await html(root) });
  try {
    return await browser.inPage(page.url, async (scripted) => {
      const values: Record<Side, number[]> = { bare: [], console: [] };
      for (let index = -discardedRounds; index < rounds; index += 1) {
        detail(index < 0 ? "warming up" : `round ${index + 1} of ${rounds}`);
        const sides: Side[] = index % 2 === 0 ? ["bare", "console"] : ["console", "bare"];
        for (const side of sides) {
          signal.throwIfAborted();
          const seconds = await scriptingOf(scripted, side);
          if (index >= 0) values[side].push(seconds);
        }
      }
      const frames: number[] = [];
      await scripted.run("benchDrawing.draw('console')");
      for (let index = 0; index < panRounds; index += 1) {
        signal.throwIfAborted();
        detail(`panning, ${index + 1} of ${panRounds}`);
        frames.push(...((await scripted.run("benchDrawing.pan()")) as number[]));
      }
      const late = frames.filter((seconds) => seconds > 1.5 * frame).length;
      return [
        {
          number: 8,
          title: drawingTitle,
          unit: "seconds",
          subject: { of: "the console's panel", values: values.console },
          reference: { of: "bare uPlot", values: values.bare },
          bar: { kind: "ratio", factor: 1.5, allowance: 0 },
          details: [
            "The panel has its frame, menu, axis, the eight lines in colour and the table of their last, smallest, largest and mean values; bare uPlot has its own legend.",
          ],
        },
        {
          number: 8,
          title: panningTitle,
          unit: "seconds",
          subject: { of: "the console's panel", values: frames },
          bar: { kind: "absolute", most: frame + clockTolerance },
          details: [
            `${frames.length} frames at ${(1 / median(frames)).toFixed(0)} a second in the median; ${late} came late.`,
          ],
        },
      ];
    });
  } finally {
    await page.close();
  }
}

/** Seconds of scripts from before a drawing until it is on screen; what is taken away again does not count. */
async function scriptingOf(page: ScriptedPage, side: Side): Promise<number> {
  const before = await page.scriptSeconds();
  await page.run(`benchDrawing.draw('${side}')`);
  const after = await page.scriptSeconds();
  await page.run("benchDrawing.clear()");
  return after - before;
}

async function html(root: string): Promise<string> {
  const read = (file: string) => readFile(path.join(root, file), "utf8");
  const [script, tokens, uplot, charts] = await Promise.all([
    bundleForBrowser(root, "scripts/bench/browser/chart-drawing.tsx"),
    read("components/ui/tokens.css"),
    read("node_modules/uplot/dist/uPlot.min.css"),
    read("components/charts/charts.css"),
  ]);
  return [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><title>Drawing</title>',
    `<style>${tokens} ${uplot} ${charts} #chart { width: 640px } figure { margin: 0; position: relative }</style></head><body>`,
    '<div id="chart"></div>',
    `<script type="application/json" id="configuration">${JSON.stringify({ series: seriesCount, points })}</script>`,
    `<script>${script}</script></body></html>`,
  ].join("\n");
}
