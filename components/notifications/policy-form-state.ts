import type { ProblemField } from "@/lib/api/client";
import { formatMatcher, parseMatchers } from "@/lib/notifications/matcher";
import type { PolicyRoute, PolicyRouteInput, PolicyTree, PolicyTreeInput } from "@/lib/notifications/schema";
import { formatDuration, parseDuration } from "@/lib/units";

/** Grouping and times as typed; of a route an empty one is that of the route above. */
export type TimingForm = {
  groupBy: string;
  groupWait: string;
  groupInterval: string;
  repeatInterval: string;
};

export type RouteForm = TimingForm & {
  /** Only tells routes apart while they are edited. */
  id: number;
  /** As typed: `severity="critical", service=~"chat-.*"`. */
  matchers: string;
  continue: boolean;
  /** Null: those of the route above. */
  channels: string[] | null;
  routes: RouteForm[];
};

export type PolicyForm = TimingForm & { channels: string[]; tellsExternal: boolean; routes: RouteForm[] };

const timeText = (seconds: number | undefined): string =>
  seconds === undefined ? "" : formatDuration(seconds);

let nextId = 0;
const newId = (): number => {
  nextId += 1;
  return nextId;
};

/** A route that was not there before. */
export const newRoute = (): RouteForm => ({
  id: newId(),
  matchers: "",
  continue: false,
  channels: null,
  groupBy: "",
  groupWait: "",
  groupInterval: "",
  repeatInterval: "",
  routes: [],
});

const routeForm = (route: PolicyRoute): RouteForm => ({
  id: newId(),
  matchers: route.matchers.map(formatMatcher).join(", "),
  continue: route.continue,
  channels: route.channels ?? null,
  groupBy: route.groupBy?.join(", ") ?? "",
  groupWait: timeText(route.groupWait),
  groupInterval: timeText(route.groupInterval),
  repeatInterval: timeText(route.repeatInterval),
  routes: route.routes.map(routeForm),
});

/** The form of a policy as it is. */
export const formOf = (tree: PolicyTree): PolicyForm => ({
  channels: [...tree.channels],
  groupBy: tree.groupBy.join(", "),
  groupWait: timeText(tree.groupWait),
  groupInterval: timeText(tree.groupInterval),
  repeatInterval: timeText(tree.repeatInterval),
  tellsExternal: tree.tellsExternal,
  routes: tree.routes.map(routeForm),
});

const labelsIn = (text: string): string[] =>
  text
    .split(",")
    .map((label) => label.trim())
    .filter((label) => label !== "");

const times = ["groupWait", "groupInterval", "repeatInterval"] as const;

function timingOf(form: TimingForm, at: string, errors: ProblemField[]) {
  const typed: Partial<Record<(typeof times)[number], number>> = {};
  for (const name of times) {
    if (form[name].trim() === "") continue;
    const seconds = parseDuration(form[name]);
    if (seconds === null) errors.push({ path: `${at}${name}`, message: "A duration such as 30s, 5m or 4h" });
    else typed[name] = seconds;
  }
  const groupBy = labelsIn(form.groupBy);
  return { ...typed, ...(groupBy.length === 0 ? {} : { groupBy }) };
}

function routeOf(form: RouteForm, at: string, errors: ProblemField[]): PolicyRouteInput {
  const parsed = parseMatchers(form.matchers);
  if (!parsed.ok)
    errors.push({
      path: `${at}matchers`,
      message: `${parsed.message}: character ${parsed.at + 1}, before "${form.matchers.slice(parsed.at, parsed.at + 12)}"`,
    });
  return {
    matchers: parsed.ok ? parsed.matchers : [],
    continue: form.continue,
    ...(form.channels === null ? {} : { channels: form.channels }),
    ...timingOf(form, at, errors),
    routes: form.routes.map((route, index) => routeOf(route, `${at}routes.${index}.`, errors)),
  };
}

/** What the form says, as the API takes it; `errors` where that cannot be read, with the path of the field. */
export function treeOf(form: PolicyForm): { tree: PolicyTreeInput; errors: ProblemField[] } {
  const errors: ProblemField[] = [];
  const tree: PolicyTreeInput = {
    channels: form.channels,
    tellsExternal: form.tellsExternal,
    // Without any label everything is one group, which is something else than leaving it out.
    ...{ ...timingOf(form, "", errors), groupBy: labelsIn(form.groupBy) },
    routes: form.routes.map((route, index) => routeOf(route, `routes.${index}.`, errors)),
  };
  return { tree, errors };
}

/** The path of the form's field that an error of the API belongs to: matchers and channels are one field each. */
export const fieldPath = (path: string): string =>
  path.replace(/(^|\.)(matchers|channels|groupBy)\..*$/, "$1$2");

/** A list with one of its members moved by `by` places; the same list where it would leave it. */
export function moved<Item>(list: readonly Item[], index: number, by: number): Item[] {
  const to = index + by;
  if (to < 0 || to >= list.length) return [...list];
  const next = [...list];
  const [item] = next.splice(index, 1);
  next.splice(to, 0, item!);
  return next;
}

/** Whether two forms say the same. */
export const saysTheSame = (a: PolicyForm, b: PolicyForm): boolean =>
  JSON.stringify([treeOf(a), a.routes.length]) === JSON.stringify([treeOf(b), b.routes.length]);
