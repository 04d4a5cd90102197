import { readFileSync } from "node:fs";
import path from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Locator, type Page } from "@playwright/test";

const needed = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set; playwright.config.ts sets it.`);
  return value;
};

/** The demo's administrator and admin key, as the stack was started with. */
export const administrator = {
  email: () => needed("INFERSCOPE_E2E_EMAIL"),
  password: () => needed("INFERSCOPE_E2E_PASSWORD"),
  apiKey: () => needed("INFERSCOPE_E2E_API_KEY"),
};

/** Where the parts of the running stack are. */
export interface Stack {
  console: string;
  databaseUrl: string;
  prometheusUrl: string;
  jaegerUrl: string;
  /** The demo's API gateway, which also takes `POST /scenario`. */
  gateway: string;
  servers: string[];
}

export const stack = (): Stack =>
  JSON.parse(readFileSync(path.join(needed("INFERSCOPE_E2E_DATA_DIR"), "stack.json"), "utf8"));

/** What is true before the story begins. */
class Given {
  constructor(private readonly page: Page) {}

  /** Someone who is signed in as the administrator, without having gone through the form. */
  async aSignedInAdministrator(): Promise<void> {
    const response = await this.page.request.post("/api/v1/sign-in-links", {
      headers: { authorization: `Bearer ${administrator.apiKey()}` },
      data: { email: administrator.email() },
    });
    expect(response.ok(), await response.text()).toBe(true);
    const { url } = (await response.json()) as { url: string };
    await this.page.goto(url);
    await this.page.getByRole("button", { name: "Sign in" }).click();
    await this.page.waitForURL((address) => !address.pathname.startsWith("/sign-in"));
  }

  /** Without motion, so that no colour is seen on its way to another. */
  async theTheme(theme: "light" | "dark"): Promise<void> {
    await this.page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
  }

  async aScreenOf(width: number, height: number): Promise<void> {
    await this.page.setViewportSize({ width, height });
  }

  /** The demo LLM service misbehaves from now on, as `POST /scenario` of its gateway describes it. */
  async theDemoMisbehaves(scenario: Record<string, unknown>): Promise<void> {
    const response = await this.page.request.post(`${stack().gateway}/scenario`, { data: scenario });
    expect(response.ok(), await response.text()).toBe(true);
  }
}

/** What a person does. */
class When {
  constructor(private readonly page: Page) {}

  async theyOpen(address: string): Promise<void> {
    await this.page.goto(address);
  }

  async theySignIn(email: string, password: string): Promise<void> {
    await this.page.getByLabel("E-mail").fill(email);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.page.getByRole("button", { name: "Sign in", exact: true }).click();
  }

  async theyPress(keys: string): Promise<void> {
    await this.page.keyboard.press(keys);
  }

  async theyFollow(link: string): Promise<void> {
    await this.page.getByRole("link", { name: link, exact: true }).first().click();
  }

  async theyClick(button: string): Promise<void> {
    await this.page.getByRole("button", { name: button, exact: true }).click();
  }

  /** Chooses an entry of a panel's own menu: "Show PromQL", "Show data as table". */
  async theyChooseInThePanel(title: string, entry: string): Promise<void> {
    await panel(this.page, title)
      .getByRole("button", { name: /^Menu of / })
      .click();
    await this.page.getByRole("menuitem", { name: entry }).click();
  }
}

/** What they see then. */
class Then {
  constructor(private readonly page: Page) {}

  async theyAreAt(address: string | RegExp): Promise<void> {
    await expect(this.page).toHaveURL(address);
  }

  async theySee(text: string | RegExp): Promise<void> {
    await expect(this.page.getByText(text).filter({ visible: true }).first()).toBeVisible();
  }

  async theHeadingIs(text: string | RegExp): Promise<void> {
    await expect(this.page.getByRole("heading", { level: 1 })).toHaveText(text);
  }

  /** The panel has loaded, and shows values rather than an error or a reason why there are none. */
  async thePanelHasData(title: string): Promise<void> {
    const found = panel(this.page, title);
    await found.scrollIntoViewIfNeeded();
    await expect(found.getByRole("alert")).toHaveCount(0);
    // Only a panel with data offers it as a table.
    await expect(async () => {
      await found.getByRole("button", { name: /^Menu of / }).click();
      const entry = this.page.getByRole("menuitem", { name: "Show data as table" });
      const offered = await entry.isVisible();
      await this.page.keyboard.press("Escape");
      expect(offered, `${title} shows data`).toBe(true);
    }).toPass();
  }

  /** No violation of WCAG 2.2 A and AA that axe can find. */
  async thePageIsAccessible(): Promise<void> {
    await this.axeFindsNothing((axe) =>
      axe.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]),
    );
  }

  /** What a theme may break of a page that is accessible in another. */
  async theColorsHaveContrast(): Promise<void> {
    await this.axeFindsNothing((axe) => axe.withRules(["color-contrast", "link-in-text-block"]));
  }

  private async axeFindsNothing(narrowed: (axe: AxeBuilder) => AxeBuilder): Promise<void> {
    const { violations } = await narrowed(new AxeBuilder({ page: this.page })).analyze();
    const found = violations.map(
      ({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(" ")).join("; ")})`,
    );
    expect(found).toEqual([]);
  }

  /** Nothing is cut off at the side, once charts and tables have taken their place. */
  async nothingOverflows(): Promise<void> {
    await expect
      .poll(() => this.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth))
      .toBeLessThanOrEqual(0);
  }
}

/** The panel with this title, whatever unit stands after it. */
export function panel(page: Page, title: string): Locator {
  const literal = title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return page.getByRole("region", { name: new RegExp(`^${literal}(,|$)`) });
}

/**
 * A test told as given, when, then. It fails when the page reports an error of its own to the browser's console, or a
 * request leaves for another host.
 */
export const test = base.extend<{ given: Given; when: When; then: Then; honest: undefined }>({
  given: async ({ page }, use) => use(new Given(page)),
  when: async ({ page }, use) => use(new When(page)),
  // biome-ignore lint/suspicious/noThenProperty: the word of the story; nobody awaits the fixtures
  then: async ({ page }, use) => use(new Then(page)),
  honest: [
    async ({ page, baseURL }, use) => {
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(`an exception: ${error.message}`));
      page.on("request", (request) => {
        const { protocol, host } = new URL(request.url());
        if (/^(https?|wss?):$/.test(protocol) && host !== new URL(baseURL ?? "").host)
          faults.push(`a request to ${host}`);
      });
      await use(undefined);
      expect(faults).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };
