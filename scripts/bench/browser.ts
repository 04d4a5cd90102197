import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { type Browser, type BrowserContext, chromium, type Page } from "@playwright/test";
import { bundleForBrowser } from "./browser-bundle";

const viewport = { width: 1280, height: 800 };
const drawnWithinMilliseconds = 60_000;
const quietMilliseconds = 1000;
const pollMilliseconds = 50;

export interface LoadedScript {
  url: string;
  /** Bytes after gzip. */
  compressed: number;
  /** Bytes as they are run. */
  size: number;
}

/** A page that does what it is told, with the browser's own account of the time that its scripts took. */
export interface ScriptedPage {
  /** Runs an expression in the page, to the end of its promise. */
  run(expression: string): Promise<unknown>;
  /** How long scripts of the page have run so far. */
  scriptSeconds(): Promise<number>;
}

/** A real Chromium without anything kept between visits but the session. */
export class BenchBrowser {
  readonly #browser: Browser;
  readonly #drawnScript: string;
  #session: Awaited<ReturnType<BrowserContext["storageState"]>> | undefined;

  private constructor(browser: Browser, drawnScript: string) {
    this.#browser = browser;
    this.#drawnScript = drawnScript;
  }

  static async start(options: { root: string; executable: string }): Promise<BenchBrowser> {
    const drawnScript = await bundleForBrowser(options.root, "scripts/bench/browser/drawn.ts");
    const browser = await chromium.launch({
      executablePath: options.executable,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
      // The bench itself stops it, after what was being measured has been given up.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    });
    return new BenchBrowser(browser, drawnScript);
  }

  /** Signs in with a one-time link; later visits are that person's. Answers the console's address as links spell it. */
  async signIn(link: string): Promise<string> {
    const context = await this.#browser.newContext({ viewport });
    try {
      const page = await context.newPage();
      await page.goto(link);
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.waitForURL((address) => !address.pathname.startsWith("/sign-in"));
      this.#session = await context.storageState();
      return new URL(link).origin;
    } finally {
      await context.close();
    }
  }

  /** Opens a page with an empty cache. Answers the seconds from navigation to the frame with all panels painted. */
  secondsToDrawn(url: string): Promise<number> {
    return this.#open(url, (drawn) => drawn);
  }

  /** The scripts that a first visit loads until the panels are drawn and nothing is under way any more. */
  scriptsOf(url: string): Promise<LoadedScript[]> {
    const scripts: Promise<LoadedScript>[] = [];
    const underWay = new Set<object>();
    let quietSince = Date.now();
    return this.#open(
      url,
      async (drawn) => {
        await drawn;
        while (underWay.size > 0 || Date.now() - quietSince < quietMilliseconds) await wait(pollMilliseconds);
        return Promise.all(scripts);
      },
      (page) => {
        page.on("request", (request) => {
          // The stream of changes stays open for good.
          if (request.resourceType() !== "eventsource") underWay.add(request);
        });
        const ended = (request: object) => {
          underWay.delete(request);
          quietSince = Date.now();
        };
        page.on("requestfailed", ended);
        page.on("requestfinished", ended);
        page.on("response", (response) => {
          if (response.request().resourceType() !== "script") return;
          scripts.push(
            response.body().then((body) => ({
              url: response.url(),
              size: body.length,
              compressed: gzipSync(body).length,
            })),
          );
        });
      },
    );
  }

  /** Opens a page of ours, without a session, and works with it until it is closed again. */
  async inPage<T>(url: string, work: (page: ScriptedPage) => Promise<T>): Promise<T> {
    const context = await this.#browser.newContext({ viewport });
    try {
      const page = await context.newPage();
      const devtools = await context.newCDPSession(page);
      await devtools.send("Performance.enable");
      await page.goto(url);
      return await work({
        run: (expression) => page.evaluate(expression),
        async scriptSeconds() {
          const { metrics } = await devtools.send("Performance.getMetrics");
          return metrics.find(({ name }) => name === "ScriptDuration")?.value ?? 0;
        },
      });
    } finally {
      await context.close();
    }
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  async #open<T>(
    url: string,
    work: (drawn: Promise<number>) => Promise<T>,
    prepare: (page: Page) => void = () => {},
  ): Promise<T> {
    const context = await this.#browser.newContext({ viewport, storageState: this.#session });
    try {
      const page = await context.newPage();
      let report: (seconds: number) => void = () => {};
      const reported = new Promise<number>((resolve) => {
        report = resolve;
      });
      // Called by the page rather than looked for from here: its policy refuses scripts that evaluate text.
      await page.exposeFunction("benchDrawn", (milliseconds: number) => report(milliseconds / 1000));
      await page.addInitScript(this.#drawnScript);
      prepare(page);
      await page.goto(url, { waitUntil: "commit" });
      return await work(Promise.race([reported, tooLate(url)]));
    } finally {
      await context.close();
    }
  }
}

const tooLate = async (url: string): Promise<never> => {
  await wait(drawnWithinMilliseconds, undefined, { ref: false });
  throw new Error(`${url} had not drawn its panels after ${drawnWithinMilliseconds / 1000} seconds.`);
};
