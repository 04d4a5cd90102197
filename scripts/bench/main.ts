import { setMaxListeners } from "node:events";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { isRunning } from "../setup/lock.mjs";
import { backtestTitle, measureBacktest } from "./backtest";
import { bigPageTitle, measureBigPage } from "./big-page";
import { BenchBrowser } from "./browser";
import { drawingTitle, measureDrawing } from "./chart-drawing";
import type { BenchContext } from "./context";
import { discoveryTitle, measureDiscovery } from "./discovery";
import { firstVisitTitle, measureFirstVisit } from "./first-visit";
import { writeManySeries, writeMonth, writeWeek } from "./large-servers";
import { describeCommit, describeMachine } from "./machine";
import type { Failure, Measurement } from "./measurement";
import { measureMemory, memoryTitle } from "./memory";
import { measureNavigation, navigationTitle } from "./navigation";
import { benchmarksPage, resultLines } from "./page";
import {
  type ColdRounds,
  coldTitle,
  measureCold,
  measureRefresh,
  refreshTitle,
  scopes,
  warmUp,
} from "./panels";
import { startRecordingProxy } from "./recording-proxy";
import { measureSharing, sharingTitle } from "./sharing";
import { type StackOptions, startStack } from "./stack";

export interface BenchOptions extends Omit<StackOptions, "folder"> {
  only: ReadonlySet<number>;
  /** Whether all is measured, and so may become the page. */
  isComplete: boolean;
  /** How long measurement 5 runs. */
  minutes: number;
  /** Whether the console was given rather than built from what is here, so that it may be of another commit. */
  isBuiltEarlier: boolean;
  /** Runnable processes on average over the minute before the start. */
  load: number;
  /** The browser's program. */
  chromium: string;
}

/** Measures, prints and, after a complete run, writes docs/benchmarks.md. Answers the exit status: 1 when a measurement failed. */
export async function runBench(options: BenchOptions): Promise<number> {
  const { root, signal, progress } = options;
  // Many requests wait for the one signal of the run.
  setMaxListeners(0, signal);
  const folder = path.join(root, ".inferscope", `bench-${process.pid}`);
  await removeLeftBehind(root);
  const startedAt = new Date();
  const [machine, commit] = await Promise.all([
    describeMachine({ prometheus: options.binaries.prometheus, chromium: options.chromium }, options.load),
    describeCommit(root),
  ]);
  let outcomes: (Measurement | Failure)[];
  try {
    outcomes = await measureAll({ ...options, folder });
  } finally {
    await removeFolder(folder);
  }
  progress.say(["", ...resultLines(outcomes)].join("\n"));
  if (options.isComplete) {
    const file = path.join(root, "docs/benchmarks.md");
    await writeFile(file, benchmarksPage({ ...options, machine, commit, startedAt, outcomes }));
    progress.say(`Written to ${file}.`);
  } else progress.say("docs/benchmarks.md stays as it is: only a run of all measurements is written there.");
  return outcomes.some((outcome) => "failure" in outcome) ? 1 : 0;
}

async function measureAll(options: BenchOptions & { folder: string }): Promise<(Measurement | Failure)[]> {
  const { root, only, minutes, signal, progress } = options;
  const outcomes: (Measurement | Failure)[] = [];
  /** What to close at the end, the last opened first. */
  const open: (() => Promise<void>)[] = [];
  const stack = await startStack(options);
  open.push(() => stack.stop());

  const interrupted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  interrupted.catch(() => {});
  /** Whatever is being waited for, an interrupt and a process that ended by itself come first. */
  const orEnded = <T>(work: Promise<T>): Promise<T> => Promise.race([work, interrupted, stack.failed]);

  /** Shows a measurement as a step. One that fails leaves the others; an interrupt ends all. */
  async function measure<T>(
    number: number,
    title: string,
    work: (context: BenchContext) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await progress.step(`${number}. ${title}`, ({ detail }) =>
        orEnded(work({ stack, signal, detail })),
      );
    } catch (error) {
      signal.throwIfAborted();
      outcomes.push({ number, title, failure: error instanceof Error ? error.message : String(error) });
      return undefined;
    }
  }
  const keep = (measurement: Measurement | undefined) => {
    if (measurement !== undefined) outcomes.push(measurement);
  };
  const startBrowser = async () => {
    const browser = await orEnded(BenchBrowser.start({ root, executable: options.chromium }));
    open.push(() => browser.close());
    return browser;
  };
  const startServer = (name: string, title: string, port: number, write: (file: string) => Promise<void>) =>
    progress.step(`Making ${title}`, async (report) => {
      report.finish(`Ready: ${title}`);
      const started = await orEnded(stack.startServer(name, port, write));
      open.push(() => started.stop());
      return started;
    });
  const startConsole = (name: string, port: number, prometheusUrl: string) =>
    progress.step(`Starting a console (${name})`, async (report) => {
      report.finish(`Console ready (${name})`);
      const started = await orEnded(stack.startConsole(name, port, prometheusUrl));
      open.push(() => started.stop());
      return started;
    });

  try {
    const needsRecording = only.has(1) || only.has(2);
    const visitsConsole = only.has(3) || only.has(4);
    const proxy = needsRecording
      ? await startRecordingProxy(stack.prometheusUrl, stack.ports.proxy)
      : undefined;
    if (proxy !== undefined) open.push(() => proxy.close());
    // Side by side: each waits for the next look for services, which comes on the clock.
    const [recorded, measured] = await Promise.all([
      proxy && startConsole("recorded", stack.ports.recordedConsole, proxy.url),
      [1, 6, 7, 9].some((number) => only.has(number)) || visitsConsole
        ? startConsole("measured", stack.ports.console, stack.prometheusUrl)
        : undefined,
    ]);

    const colds: ColdRounds[] = [];
    if (only.has(1) && measured && recorded && proxy) {
      await progress.step("Warming the console up", () => orEnded(warmUp(measured.client)));
      for (const scope of scopes) {
        const cold = await measure(1, coldTitle(scope), (context) =>
          measureCold({ ...context, console: measured.client, recorded: recorded.client, proxy }, scope),
        );
        keep(cold?.measurement);
        if (cold !== undefined) colds.push(cold);
        else outcomes.push({ number: 1, title: refreshTitle(scope), failure: "There was no cold read." });
      }
    }
    // The step that has to pass before a refresh passes while the viewers are counted.
    if (only.has(2) && recorded && proxy)
      keep(
        await measure(2, sharingTitle, (context) =>
          measureSharing({ ...context, recorded: recorded.client, proxy }),
        ),
      );
    if (measured)
      for (const cold of colds)
        keep(
          await measure(1, refreshTitle(cold.scope), (context) =>
            measureRefresh({ ...context, console: measured.client }, cold),
          ),
        );
    await recorded?.stop();

    if (only.has(6) && measured) {
      const end = Math.floor(Date.now() / 1000);
      const server = await startServer("week", "a week of series", stack.ports.weekPrometheus, (file) =>
        writeWeek(file, { end, signal }),
      );
      const source = "bench-week";
      await orEnded(measured.client.addSource(source, server.url));
      const measurements = await measure(6, bigPageTitle, (context) =>
        measureBigPage({ ...context, console: measured.client, server, source }),
      );
      outcomes.push(...(measurements ?? []));
      await server.stop();
    }
    if (only.has(7) && measured) {
      const now = Math.floor(Date.now() / 1000);
      const server = await startServer("large", "a large server", stack.ports.largePrometheus, (file) =>
        writeManySeries(file, { now, signal }),
      );
      const large = await startRecordingProxy(server.url, stack.ports.largeProxy);
      open.push(() => large.close());
      const measurements = await measure(7, discoveryTitle, (context) =>
        measureDiscovery({ ...context, console: measured.client, proxy: large }),
      );
      outcomes.push(...(measurements ?? []));
      await server.stop();
    }

    if (only.has(9) && measured) {
      const lastSample = Math.floor(Date.now() / 60_000) * 60;
      const server = await startServer("month", "a month of a rule", stack.ports.monthPrometheus, (file) =>
        writeMonth(file, { end: lastSample, signal }),
      );
      const source = "bench-month";
      await orEnded(measured.client.addSource(source, server.url));
      const measurements = await measure(9, backtestTitle, (context) =>
        measureBacktest({ ...context, console: measured.client, server, source, lastSample }),
      );
      outcomes.push(...(measurements ?? []));
      await server.stop();
    }

    if (visitsConsole && measured) {
      const browser = await startBrowser();
      const origin = await orEnded(browser.signIn(await measured.client.signInLink()));
      const overview = `${origin}/overview`;
      if (only.has(3))
        keep(await measure(3, firstVisitTitle, (context) => measureFirstVisit(context, browser, overview)));
      if (only.has(4))
        keep(
          await measure(4, navigationTitle, (context) =>
            measureNavigation({ ...context, console: measured.client, root }, browser, overview),
          ),
        );
      await browser.close();
    }
    await measured?.stop();

    if (only.has(8)) {
      const browser = await startBrowser();
      const measurements = await measure(8, drawingTitle, (context) =>
        measureDrawing(context, browser, { root, port: stack.ports.barePage }),
      );
      outcomes.push(...(measurements ?? []));
      await browser.close();
    }

    if (only.has(5)) {
      const watched = await startConsole("watched", stack.ports.watchedConsole, stack.prometheusUrl);
      keep(
        await measure(5, memoryTitle, (context) =>
          measureMemory({ ...context, console: watched.client }, minutes),
        ),
      );
    }
    return outcomes.sort((a, b) => a.number - b.number);
  } catch (error) {
    // What ended the run, a process that died perhaps, is no reason to lose what was measured before.
    if (!signal.aborted && outcomes.length > 0) progress.say(["", ...resultLines(outcomes)].join("\n"));
    throw error;
  } finally {
    await progress.step("Stopping", async (report) => {
      report.finish("Stopped; nothing is left running.");
      for (const close of open.reverse()) await close().catch(() => {});
    });
  }
}

/** Deletes a run's folder, with the data that its PostgreSQL keeps elsewhere. */
async function removeFolder(folder: string): Promise<void> {
  const elsewhere = await readFile(path.join(folder, "postgres-location"), "utf8").catch(() => "");
  if (elsewhere.trim() !== "") await rm(elsewhere.trim(), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

/** Deletes what runs that were killed have left. */
async function removeLeftBehind(root: string): Promise<void> {
  for (const name of await readdir(path.join(root, ".inferscope"))) {
    const pid = /^bench-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && Number(pid) !== process.pid && !isRunning(Number(pid)))
      await removeFolder(path.join(root, ".inferscope", name));
  }
}
