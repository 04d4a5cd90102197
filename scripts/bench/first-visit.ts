import type { BenchBrowser } from "./browser";
import type { BenchContext } from "./context";
import type { Measurement } from "./measurement";

export const firstVisitTitle = "JavaScript of a first visit to the overview, gzip";

/** Measurement 3. `overview` is the page's address. */
export async function measureFirstVisit(
  { detail }: BenchContext,
  browser: BenchBrowser,
  overview: string,
): Promise<Measurement> {
  detail("opening the overview with an empty cache");
  const scripts = await browser.scriptsOf(overview);
  if (scripts.length === 0) throw new Error("The overview loaded no script.");
  const sum = (key: "compressed" | "size") => scripts.reduce((total, script) => total + script[key], 0);
  return {
    number: 3,
    title: firstVisitTitle,
    unit: "bytes",
    subject: { of: "all scripts", values: [sum("compressed")] },
    bar: { kind: "absolute", most: 300_000 },
    details: [
      `${scripts.length} files, ${(sum("size") / 1000).toFixed(0)} kB before compression; the largest is ${(Math.max(...scripts.map(({ compressed }) => compressed)) / 1000).toFixed(1)} kB.`,
    ],
  };
}
