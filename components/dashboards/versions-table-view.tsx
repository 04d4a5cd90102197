"use client";

import { Swatch } from "@/components/charts/legend-table";
import { Name } from "@/components/ui/name";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  TableRowHeader,
} from "@/components/ui/table";
import { isBound, measuredText } from "@/lib/dashboards/bound";
import { fleetOf } from "@/lib/dashboards/fleet";
import { comparedVersions, type VersionRow } from "@/lib/dashboards/versions";
import type { SignalResult } from "@/lib/signals/schema";
import { formatChange } from "@/lib/units";
import { nthColor, slotColor } from "./colors";
import { resultOf, SignalPanel, titleOf, type ViewInput } from "./signal-panel";

/** The names stay in sight while a narrow screen is scrolled sideways. */
const pinned = "sticky left-0 bg-surface-panel max-lg:border-r";

/** Every version over the range: each number with its change from the first, which the others are measured against. */
export function VersionsTableView(input: ViewInput) {
  const [service] = input.services;
  const results = Object.fromEntries(
    Object.keys(input.placed.panel.queries).flatMap((query) => {
      const result = service && resultOf(input, query, service);
      return result === undefined ? [] : [[query, result]];
    }),
  ) as Record<string, SignalResult>;
  const { gpus, ...summaries } = results;
  const { versions, rows } = comparedVersions(summaries, gpusByVersion(gpus));
  const [baseline] = versions;
  const isKnown = versions.length > 0;
  return (
    <SignalPanel input={input} height="auto" flush={isKnown}>
      {!isKnown ? (
        <p className="py-6 text-center text-secondary">No version had requests in this range.</p>
      ) : (
        <Table label={titleOf(input)} framed={false}>
          <TableHead>
            <TableRow>
              <TableHeader className={`${pinned} z-20`}>
                {versions.length > 1 && baseline !== undefined ? (
                  <Name className="max-w-[32ch]">{`Change from ${baseline}`}</Name>
                ) : (
                  "Measured"
                )}
              </TableHeader>
              {versions.map((version, index) => {
                const slot = service?.versionColorSlots[version];
                return (
                  <TableHeader key={version} numeric>
                    <span className="inline-flex items-center gap-2">
                      <Swatch series={{ color: slot === undefined ? nthColor(index) : slotColor(slot) }} />
                      <Name className="max-w-[28ch]">{version}</Name>
                    </span>
                  </TableHeader>
                );
              })}
            </TableRow>
          </TableHead>
          <TableBody>
            {rows.map((row) => (
              <TableRow key={row.name}>
                <TableRowHeader className={pinned}>{row.name}</TableRowHeader>
                {versions.map((version) => (
                  <VersionCell key={version} row={row} version={version} baseline={baseline} />
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </SignalPanel>
  );
}

function VersionCell({
  row: { values, unit, better },
  version,
  baseline,
}: {
  row: VersionRow;
  version: string;
  baseline: string | undefined;
}) {
  const own = values.get(version);
  const first = baseline === undefined ? undefined : values.get(baseline);
  const isCompared =
    version !== baseline && own !== undefined && first !== undefined && !isBound(own) && !isBound(first);
  return (
    <TableCell numeric>
      {measuredText(own, unit)}
      {isCompared ? (
        <span className="ml-2 text-caption text-secondary">
          {formatChange(own.value, first.value, better, unit).text}
        </span>
      ) : null}
    </TableCell>
  );
}

/** How many GPUs work for each version; none where their series do not say. */
function gpusByVersion(result: SignalResult | undefined): Map<string, number> {
  const counts = new Map<string, number>();
  const versions = new Set((result?.series ?? []).map(({ labels }) => labels.version));
  for (const version of versions) {
    if (version === undefined || version === "") continue;
    const own = (result?.series ?? []).filter(({ labels }) => labels.version === version);
    counts.set(version, fleetOf([{ series: own }]).length);
  }
  return counts;
}
