import type { Labels } from "@/lib/alerts/labels";
import { formatLabels, formatMatchers, matchesAll } from "./matcher";
import type { Matcher, PolicyRoute, PolicyTree } from "./schema";

/** What holds for alerts of one route, with what it has of the routes above it. Times in seconds. */
export interface RouteOptions {
  channels: readonly string[];
  groupBy: readonly string[];
  groupWait: number;
  groupInterval: number;
  repeatInterval: number;
}

/** A route that an alert takes. `path` has the matchers of each route from the root down. */
export interface MatchedRoute extends RouteOptions {
  path: readonly (readonly Matcher[])[];
}

/**
 * Returns the routes that an alert takes, in the order of the tree: depth first, the first child that matches unless it
 * goes on, and a route itself where none of its children matches. Source: Alertmanager, dispatch/route.go, Match.
 */
export function routesOf(tree: PolicyTree, labels: Labels): MatchedRoute[] {
  const { routes, tellsExternal: _, ...root } = tree;
  return below({ ...root, path: [[]] }, routes, labels);
}

function below(route: MatchedRoute, children: readonly PolicyRoute[], labels: Labels): MatchedRoute[] {
  const all: MatchedRoute[] = [];
  for (const child of children) {
    if (!matchesAll(labels, child.matchers)) continue;
    all.push(...below(inherited(route, child), child.routes, labels));
    if (!child.continue) break;
  }
  return all.length === 0 ? [route] : all;
}

const inherited = (parent: MatchedRoute, child: PolicyRoute): MatchedRoute => ({
  channels: child.channels ?? parent.channels,
  groupBy: child.groupBy ?? parent.groupBy,
  groupWait: child.groupWait ?? parent.groupWait,
  groupInterval: child.groupInterval ?? parent.groupInterval,
  repeatInterval: child.repeatInterval ?? parent.repeatInterval,
  path: [...parent.path, child.matchers],
});

/** The labels that make an alert's group: those of `groupBy` that it has, or all for `...`. */
export function groupLabelsOf(route: Pick<RouteOptions, "groupBy">, labels: Labels): Record<string, string> {
  const isGrouped = (name: string) => route.groupBy.includes("...") || route.groupBy.includes(name);
  return Object.fromEntries(Object.entries(labels).filter(([name]) => isGrouped(name)));
}

/** Names a group as Alertmanager does: `{}/{severity="critical"}:{service="chat-api"}`. */
export const groupKeyOf = (route: Pick<MatchedRoute, "path">, groupLabels: Labels): string =>
  `${route.path.map(formatMatchers).join("/")}:${formatLabels(groupLabels)}`;

/** One channel's share of the routes that an alert takes. */
export interface Destination {
  channelId: string;
  key: string;
  groupLabels: Record<string, string>;
  options: RouteOptions;
  /** Whether the channel is an Alertmanager, which is told at once and again each minute. */
  isRelay: boolean;
}

/**
 * Returns the groups of an alert, each channel and key once. An Alertmanager groups by itself, so that all of its
 * alerts are one group here: `alertmanagers` says which channels are such.
 */
export function destinationsOf(
  tree: PolicyTree,
  labels: Labels,
  alertmanagers: ReadonlySet<string>,
): Destination[] {
  const found = new Map<string, Destination>();
  for (const route of routesOf(tree, labels)) {
    const { path: _, ...options } = route;
    const groupLabels = groupLabelsOf(route, labels);
    const key = groupKeyOf(route, groupLabels);
    for (const channelId of route.channels) {
      const isRelay = alertmanagers.has(channelId);
      const destination = isRelay
        ? { channelId, key: RELAY_KEY, groupLabels: {}, options: relayOptions, isRelay }
        : { channelId, key, groupLabels, options, isRelay };
      const id = `${channelId} ${destination.key}`;
      if (!found.has(id)) found.set(id, destination);
    }
  }
  return [...found.values()];
}

/** The key of the one group that a channel to an Alertmanager has. */
export const RELAY_KEY = "{}:{}";

/** Prometheus's `--rules.alert.resend-delay`. */
export const RESEND_SECONDS = 60;

const relayOptions: RouteOptions = {
  channels: [],
  groupBy: [],
  groupWait: 0,
  groupInterval: RESEND_SECONDS,
  repeatInterval: RESEND_SECONDS,
};

/** The channels that a policy names, each once. */
export function channelsOf(tree: PolicyTree): string[] {
  const named = (routes: readonly PolicyRoute[]): string[] =>
    routes.flatMap((route) => [...(route.channels ?? []), ...named(route.routes)]);
  return [...new Set([...tree.channels, ...named(tree.routes)])];
}

/** Where in a policy a channel is named, as matchers of the first such route from the root down; null when nowhere. */
export function firstRouteTo(tree: PolicyTree, channelId: string): string | null {
  if (tree.channels.includes(channelId)) return "the first route, which takes every alert";
  const search = (routes: readonly PolicyRoute[]): PolicyRoute | undefined => {
    for (const route of routes) {
      if (route.channels?.includes(channelId)) return route;
      const deeper = search(route.routes);
      if (deeper !== undefined) return deeper;
    }
    return undefined;
  };
  const route = search(tree.routes);
  return route === undefined ? null : `the route ${formatMatchers(route.matchers)}`;
}
