import { overviewPanels } from "@/lib/dashboards/overview";
import { barePanels, serveBarePage } from "./bare-page";
import type { BenchBrowser } from "./browser";
import type { ConsoleClient } from "./console-client";
import type { BenchContext } from "./context";
import type { Measurement } from "./measurement";
import { pageRequest } from "./page-request";

const range = 6 * 3600;
const rounds = 7;
// The first visit of either page also starts the browser's own processes.
const discardedRounds = 1;

export const navigationTitle = "Navigation to all eight panels drawn";

/** Measurement 4. `overview` is the page's address. */
export async function measureNavigation(
  context: BenchContext & { console: ConsoleClient; root: string },
  browser: BenchBrowser,
  overview: string,
): Promise<Measurement> {
  const { console, stack, root, signal, detail } = context;
  const request = pageRequest(console.service, { now: Date.now() / 1000, range });
  const { answer } = await console.signals(request);
  const panels = barePanels(overviewPanels, request.queries, answer);
  const empty = panels.filter(({ exprs }) => exprs.length === 0);
  if (empty.length > 0) throw new Error(`No query is known of ${empty.map(({ id }) => id).join(", ")}.`);
  const bare = await serveBarePage({
    root,
    port: stack.ports.barePage,
    panels,
    prometheusUrl: stack.prometheusUrl,
    range,
    step: request.step,
  });
  const ofConsole: number[] = [];
  const ofBare: number[] = [];
  try {
    for (let index = -discardedRounds; index < rounds; index += 1) {
      detail(index < 0 ? "warming up" : `round ${index + 1} of ${rounds}`);
      signal.throwIfAborted();
      const one = await browser.secondsToDrawn(overview);
      signal.throwIfAborted();
      const other = await browser.secondsToDrawn(bare.url);
      if (index < 0) continue;
      ofConsole.push(one);
      ofBare.push(other);
    }
  } finally {
    await bare.close();
  }
  return {
    number: 4,
    title: navigationTitle,
    unit: "seconds",
    subject: { of: "overview", values: ofConsole },
    reference: { of: "bare page", values: ofBare },
    details: [
      `The bare page runs ${panels.reduce((sum, { exprs }) => sum + exprs.length, 0)} queries for its eight charts.`,
    ],
  };
}
