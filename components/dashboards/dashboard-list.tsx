"use client";

import Link from "next/link";
import { parseAsString, useQueryState } from "nuqs";
import { PageHeader } from "@/components/shell/page-header";
import { EmptyState } from "@/components/ui/empty-state";
import { SearchInput } from "@/components/ui/input";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  TableRowHeader,
} from "@/components/ui/table";

/** A dashboard as the list shows it. */
export interface ListedDashboard {
  id: string;
  title: string;
  description: string;
  /** Titles of the panels that services fill. */
  panels: readonly string[];
  /** Ids of the services that can fill any. */
  services: readonly string[];
}

/** Every built-in dashboard, found by its name, by what it answers, by a panel or by a service. */
export function DashboardList({
  dashboards,
  services,
}: {
  dashboards: readonly ListedDashboard[];
  services: number;
}) {
  const [search, setSearch] = useQueryState(
    "search",
    parseAsString.withDefault("").withOptions({ history: "replace", throttleMs: 200 }),
  );
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = dashboards
    .map((dashboard) => ({ dashboard, panels: matching(dashboard.panels, words) }))
    .filter(({ dashboard }) => words.every((word) => textOf(dashboard).includes(word)));
  return (
    <>
      <PageHeader
        title="Dashboards"
        description="A panel appears where a service measures what it shows. All of them follow the services and the time range in the address."
        actions={
          <SearchInput
            aria-label="Search the dashboards"
            placeholder="Find a dashboard or a panel"
            value={search}
            onChange={(event) => void setSearch(event.target.value || null)}
            className="w-64 max-sm:w-full"
          />
        }
      />
      {found.length === 0 ? (
        <EmptyState title="No dashboard has these words">
          Search for a panel, such as “KV cache”, or for the name of a service.
        </EmptyState>
      ) : (
        <Table label="Dashboards">
          <TableHead>
            <TableRow>
              <TableHeader>Dashboard</TableHeader>
              <TableHeader className="max-sm:hidden">Shows</TableHeader>
              <TableHeader numeric className="max-sm:hidden">
                Panels
              </TableHeader>
              <TableHeader numeric>Services</TableHeader>
            </TableRow>
          </TableHead>
          <TableBody>
            {found.map(({ dashboard: { id, title, description, panels, services: able }, panels: hits }) => (
              <TableRow key={id} interactive>
                <TableRowHeader className="h-12 max-sm:whitespace-normal max-sm:py-2">
                  <Link
                    href={id === "overview" ? "/overview" : `/dashboards/${id}`}
                    className="block w-fit text-link hover:underline"
                  >
                    {title}
                  </Link>
                  <span className="block font-normal text-secondary sm:hidden">{description}</span>
                </TableRowHeader>
                <TableCell className="w-full whitespace-normal py-1.5 max-sm:hidden">
                  {description}
                  {hits.length === 0 ? null : (
                    <span className="block text-caption text-secondary">{hits.join(", ")}</span>
                  )}
                </TableCell>
                <TableCell numeric className="max-sm:hidden">
                  {id === "overview" ? "8" : panels.length || "–"}
                </TableCell>
                <TableCell numeric title={able.join(", ")}>
                  {able.length === 0 ? "none" : `${able.length} of ${services}`}
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </>
  );
}

const textOf = ({ title, description, panels, services }: ListedDashboard): string =>
  [title, description, ...panels, ...services].join("\n").toLowerCase();

/** The panels that the search is about. */
const matching = (panels: readonly string[], words: readonly string[]): string[] =>
  words.length === 0
    ? []
    : panels.filter((panel) => words.some((word) => panel.toLowerCase().includes(word)));
