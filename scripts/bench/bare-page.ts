import { readFile } from "node:fs/promises";
import path from "node:path";
import type { SignalsAnswer } from "@/lib/signals/schema";
import { bundleForBrowser } from "./browser-bundle";
import { type PageServer, servePage } from "./page-server";

/** One chart of the bare page: the queries that it draws, one line a series. */
export interface BarePanel {
  id: string;
  exprs: string[];
}

/**
 * The queries behind each panel's charts, from an answer to the page's request: the PromQL that the panel shows, without
 * the numbers that stand beside a chart.
 */
export function barePanels(
  panels: readonly { id: string }[],
  asked: readonly { id: string; shape?: string }[],
  answer: Pick<SignalsAnswer, "results">,
): BarePanel[] {
  const drawn = new Set(asked.filter(({ shape }) => shape !== "summary").map(({ id }) => id));
  return panels.map(({ id }) => ({
    id,
    exprs: [
      ...new Set(
        answer.results
          .filter((result) => result.id.startsWith(`${id}.`) && drawn.has(result.id))
          .flatMap(({ expr }) => expr),
      ),
    ],
  }));
}

/** Serves one page that runs the queries from the browser and draws each panel with uPlot; all in one document. */
export async function serveBarePage(options: {
  root: string;
  port: number;
  panels: readonly BarePanel[];
  prometheusUrl: string;
  /** Seconds. */
  range: number;
  step: number;
}): Promise<PageServer> {
  const { root, port, panels, prometheusUrl, range, step } = options;
  const [script, style] = await Promise.all([
    bundleForBrowser(root, "scripts/bench/browser/bare-page.ts"),
    readFile(path.join(root, "node_modules/uplot/dist/uPlot.min.css"), "utf8"),
  ]);
  // "<" may not end the element that holds the text.
  const configuration = JSON.stringify({ panels, prometheusUrl, range, step }).replaceAll("<", "\\u003c");
  const page = [
    "<!doctype html>",
    '<html lang="en"><head><meta charset="utf-8"><title>Bare page</title>',
    `<style>${style} body { display: grid; grid-template-columns: 1fr 1fr } section { min-width: 0 }</style></head><body>`,
    ...panels.map(({ id }) => `<section id="${id}"></section>`),
    `<script type="application/json" id="configuration">${configuration}</script>`,
    `<script>${script}</script></body></html>`,
  ].join("\n");
  return servePage({ port, html: page });
}
