import type { SignalQuery } from "@/lib/signals/schema";
import type { Dashboard, DashboardPanel, DashboardView, Span } from "./dashboard";

/** What has to be known of a service to place its panels. */
export interface PlacedService {
  id: string;
  profiles: readonly string[];
  /** What is measurable of it. */
  signals: readonly string[];
  /** Those of which it is known how many requests took how long; absent where that has not been looked at. */
  distributions?: readonly string[];
  /** The name of the data source that it is read from. */
  source?: string;
}

/** A panel with the services that it shows. */
export interface PlacedPanel {
  /** Unique on the page; the anchor of the panel. */
  key: string;
  panel: DashboardPanel;
  services: readonly string[];
  /** It is one of several of its kind, each of one service. */
  isRepeated: boolean;
  /** It is of one service while the page shows several: its title says of which. */
  isOfOne: boolean;
  /** Columns of twelve, with which its row is full. */
  span: Span;
  queries: readonly PlacedQuery[];
  /** Services of the page that measure nothing of it, where it sets services beside each other. */
  without: readonly string[];
  /** Where the panel's queries are alternatives: those that can be chosen, and the one that is. */
  alternatives?: readonly string[];
  chosen?: string;
}

/** One query of a placed panel, under the name by which its answer is found. */
export interface PlacedQuery {
  name: string;
  query: Omit<SignalQuery, "id" | "offset">;
  before: boolean;
  /** The data source that answers it. */
  source?: string;
}

export interface PlacedSection {
  title?: string;
  isOfChosenGpu?: true;
  panels: readonly PlacedPanel[];
}

/** More services at once than this are lines that nobody tells apart. */
export const mostServices = 16;

/** Under which a panel finds the answer to a query of one of its services. */
export const answerName = (query: string, service: string): string => `${query}\n${service}`;

/** Whether a service measures anything that the dashboard shows. */
export const canFill = (dashboard: Dashboard, service: PlacedService): boolean =>
  speaks(dashboard, service) &&
  dashboard.sections.some(({ panels }) => panels.some((panel) => has(service, panel)));

const speaks = ({ profiles }: Dashboard, service: PlacedService): boolean =>
  profiles === undefined || profiles.some((profile) => service.profiles.includes(profile));

const has = (
  { signals, distributions = signals }: PlacedService,
  { needs, needsDistribution }: DashboardPanel,
): boolean => needs.some((signal) => (needsDistribution ? distributions : signals).includes(signal));

/**
 * The services that a dashboard shows: those asked for, as far as they exist, in the order of the list; without any
 * those that it is about: the first that can fill it, or all of them where it shows what services share.
 */
export function chosenServices<Service extends PlacedService>(
  dashboard: Dashboard,
  services: readonly Service[],
  asked: readonly string[],
): Service[] {
  const known = services.filter(({ id }) => asked.includes(id));
  if (known.length > 0) return known.slice(0, mostServices);
  const able = services.filter((service) => canFill(dashboard, service));
  if (able.length === 0) return services.slice(0, 1);
  return able.slice(0, dashboard.ofAll === true ? mostServices : 1);
}

/**
 * The panels of a dashboard for these services: a panel appears when one of them measures what it needs, and asks only
 * for what is measurable. Sections without panels are left out. `choices` are the viewer's among alternatives.
 */
export function placePanels(
  dashboard: Dashboard,
  services: readonly PlacedService[],
  choices: Readonly<Record<string, string | undefined>> = {},
): PlacedSection[] {
  const able = services.filter((service) => speaks(dashboard, service));
  return dashboard.sections
    .map(({ panels, ...section }) => ({
      ...section,
      panels: inFullRows(sideBySide(panels.map((panel) => place(panel, able, services, choices)))),
    }))
    .filter(({ panels }) => panels.length > 0);
}

const columns: Span = 12;
/** How wide each of so many panels is that fill a row. */
const evenly: Record<number, Span> = { 1: 12, 2: 6, 3: 4, 4: 3 };
/** Views of text and tables, which are not read in a third of the page. */
const texts: ReadonlySet<DashboardView> = new Set(["memory-parts", "cost", "headroom"]);
/** How wide charts of one kind are, that are to be compared: wide enough to be read, in rows of two or three. */
const alike = (count: number): Span => (count === 1 ? 12 : count === 2 || count === 4 ? 6 : 4);

/**
 * Where panels are repeated for each service, what compares them in one picture comes first, and each kind that is
 * repeated stands in rows of its own.
 */
function sideBySide(placed: readonly (readonly PlacedPanel[])[]): PlacedPanel[] {
  const repeated = placed.filter((panels) => panels.some(({ isRepeated }) => isRepeated));
  if (repeated.length === 0) return placed.flat();
  const compared = placed.filter((panels) => !repeated.includes(panels)).flat();
  const asWide = (panels: readonly PlacedPanel[]): PlacedPanel[] =>
    panels.map((panel) => {
      const isAsWide = panel.panel.span === columns || texts.has(panel.panel.view);
      return isAsWide ? panel : { ...panel, span: alike(panels.length) };
    });
  return [...asWide(compared), ...repeated.flatMap(asWide)];
}

/** The panels in rows without gaps: where some of a row are missing, the others are as wide as they can be. */
function inFullRows(panels: readonly PlacedPanel[]): PlacedPanel[] {
  const rows: PlacedPanel[][] = [];
  let free = 0;
  for (const [index, panel] of panels.entries()) {
    const before = panels[index - 1];
    const isOfAnotherKind = panel.isRepeated && before !== undefined && before.panel !== panel.panel;
    if (panel.span > free || isOfAnotherKind) {
      rows.push([]);
      free = columns;
    }
    rows.at(-1)?.push(panel);
    free -= panel.span;
  }
  return rows.flatMap((row) => {
    const isFull = row.reduce((sum, { span }) => sum + span, 0) === columns;
    const span = evenly[row.length];
    return isFull || span === undefined ? row : row.map((panel) => ({ ...panel, span }));
  });
}

/** So many panels fill the first screen; they are asked for before it is known which are in sight. */
const firstPanels = 6;

/** The panels that a page shows first. */
export const firstInSight = (sections: readonly PlacedSection[]): PlacedPanel[] =>
  sections.flatMap(({ panels }) => panels).slice(0, firstPanels);

/** One grid serves all services of a page, so it is that of the least often scraped. Seconds. */
export const scrapeIntervalOf = (services: readonly { scrapeInterval: number }[]): number =>
  Math.max(1, ...services.map(({ scrapeInterval }) => scrapeInterval));

function place(
  panel: DashboardPanel,
  services: readonly PlacedService[],
  /** Of the page, those that do not speak its profiles included. */
  all: readonly PlacedService[],
  choices: Readonly<Record<string, string | undefined>>,
): PlacedPanel[] {
  const able = services.filter((service) => has(service, panel));
  // Those that measure it lead: the panel is named after the only one.
  const measured =
    panel.isAlways === true ? [...able, ...services.filter((service) => !able.includes(service))] : able;
  if (measured.length === 0) return [];
  const isOfOne = services.length > 1;
  const without =
    panel.across === "together" && panel.ofMachines !== true
      ? all.filter((service) => !measured.includes(service)).map(({ id }) => id)
      : [];
  if (panel.across === "together" || measured.length === 1)
    return [
      {
        ...placed(panel, panel.id, measured, choices),
        isOfOne: isOfOne && able.length === 1,
        without,
      },
    ];
  return measured.map((service) => ({
    ...placed(panel, `${panel.id}-${service.id}`, [service], choices),
    isOfOne,
    without,
  }));
}

function placed(
  panel: DashboardPanel,
  key: string,
  services: readonly PlacedService[],
  choices: Readonly<Record<string, string | undefined>>,
): Omit<PlacedPanel, "isOfOne" | "without"> {
  const measurable = Object.keys(panel.queries).filter((name) =>
    services.some((service) => service.signals.includes(panel.queries[name]!.signal)),
  );
  const asked = panel.oneOf === undefined ? undefined : choices[panel.oneOf];
  const chosen = measurable.find((name) => name === asked) ?? measurable[0];
  const names = panel.oneOf === undefined ? measurable : measurable.filter((name) => name === chosen);
  return {
    key,
    panel,
    services: services.map(({ id }) => id),
    isRepeated: key !== panel.id,
    span: panel.span,
    queries: services.flatMap((service) => {
      const own = names.filter((name) => service.signals.includes(panel.queries[name]!.signal));
      // Of one that measures nothing of it, it is asked why.
      const [lead] = Object.keys(panel.queries);
      const asked = own.length > 0 || panel.isAlways !== true || lead === undefined ? own : [lead];
      return asked.map((name): PlacedQuery => {
        const { label: _, isReference: __, isStated: ___, before = false, ...query } = panel.queries[name]!;
        return {
          name: answerName(name, service.id),
          query: { service: service.id, ...query },
          before,
          ...(service.source === undefined ? {} : { source: service.source }),
        };
      });
    }),
    ...(panel.oneOf === undefined || chosen === undefined ? {} : { alternatives: measurable, chosen }),
  };
}
