"use client";

import { colorToken } from "@/components/charts/series";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  TableRowHeader,
} from "@/components/ui/table";
import { fleetOf } from "@/lib/dashboards/fleet";
import { lastValue } from "@/lib/dashboards/overview-state";
import { type MemoryPart, type MemoryPartName, memoryParts, weightsFromName } from "@/lib/gpu/memory-parts";
import type { SignalResult } from "@/lib/signals/schema";
import { format } from "@/lib/units";
import { nthColor } from "./colors";
import { resultOf, SignalPanel, type ViewInput } from "./signal-panel";

const partWords: Record<MemoryPartName, string> = {
  weights: "Weights",
  kv_cache: "KV cache",
  activations: "Activations",
  overhead: "Overhead",
  unattributed: "Unattributed",
};

const basisWords: Record<MemoryPart["basis"], string> = {
  engine: "the engine says so",
  estimate: "estimate",
  rest: "what is left",
};

const newest = (values: readonly (number | null)[]): number =>
  values.slice(-2).findLast((value) => value !== null) ?? 0;

const sumOf = (result: SignalResult | undefined): number =>
  (result === undefined ? [] : fleetOf([result])).reduce((sum, { values }) => sum + newest(values), 0);

/** The engine's own figure of one part; it is of all its GPUs. */
function partOf(result: SignalResult | undefined, name: string, gpus: number) {
  const series = result?.series.find(({ labels }) => labels.part === name);
  const bytes = series === undefined ? 0 : newest(series.values);
  return bytes > 0 ? { bytes, gpus } : undefined;
}

/** The share of a replica; several engines in one process add theirs up, and then none can be told. */
function shareOf(result: SignalResult | undefined): number | undefined {
  const shares = (result?.series ?? []).map(({ values }) => newest(values)).filter((share) => share > 0);
  const share = Math.max(...shares);
  return shares.length > 0 && share <= 1 ? share : undefined;
}

/** What the used memory of a service's GPUs holds, estimates marked. */
export function MemoryPartsView(input: ViewInput) {
  const [service] = input.services;
  const of = (query: string) => service && resultOf(input, query, service);
  const used = sumOf(of("used"));
  const gpus = of("used") === undefined ? 0 : fleetOf([of("used")!]).length;
  const weights = partOf(of("parts"), "weights", gpus);
  const kvCache = partOf(of("parts"), "kv_cache", gpus);
  const graphs = partOf(of("parts"), "graphs", gpus);
  const kvTokens = lastValue(of("kvTokens"));
  const memoryFraction = shareOf(of("share"));
  const model = service?.models.length === 1 ? weightsFromName(service.models[0]!) : undefined;
  const { parts, notes } = memoryParts({
    used,
    total: sumOf(of("total")),
    gpus,
    replicas: Math.max(1, service?.instanceCount ?? 1),
    engine: {
      ...(weights === undefined ? {} : { weights }),
      ...(kvCache === undefined ? {} : { kvCache }),
      ...(graphs === undefined ? {} : { graphs }),
      ...(kvTokens === undefined ? {} : { kvTokens }),
      ...(memoryFraction === undefined ? {} : { memoryFraction }),
    },
    ...(model === undefined ? {} : { model }),
  });
  return (
    <SignalPanel input={input} height="auto" value={`${format(used, "bytes")} used`}>
      <div aria-hidden className="flex h-4 w-full gap-px overflow-hidden rounded-control">
        {parts.map(({ part, bytes }, index) => (
          <span
            key={part}
            style={{ flexGrow: bytes / used, background: `var(${colorToken(partColor(part, index))})` }}
          />
        ))}
      </div>
      <Table label="Memory by part" framed={false} className="mt-2">
        <TableHead>
          <TableRow>
            <TableHeader className="first:pl-0">Part</TableHeader>
            <TableHeader numeric>Bytes</TableHeader>
            <TableHeader numeric>Share of used</TableHeader>
            <TableHeader>From</TableHeader>
          </TableRow>
        </TableHead>
        <TableBody>
          {parts.map(({ part, bytes, basis, note }, index) => (
            <TableRow key={part}>
              <TableRowHeader className="first:pl-0">
                <span className="inline-flex items-center gap-2">
                  <span
                    aria-hidden
                    className="size-2.5 rounded-control"
                    style={{ background: `var(${colorToken(partColor(part, index))})` }}
                  />
                  {partWords[part]}
                </span>
              </TableRowHeader>
              <TableCell numeric>
                {basis === "estimate" ? "≈ " : ""}
                {format(bytes, "bytes")}
              </TableCell>
              <TableCell numeric>{format(bytes / used, "ratio")}</TableCell>
              <TableCell className="w-full min-w-56 whitespace-normal py-1.5 text-secondary [overflow-wrap:anywhere]">
                {note === undefined ? basisWords[basis] : `${basisWords[basis]}: ${note}`}
              </TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      {notes.map((note) => (
        <p key={note} className="pt-2 text-caption text-secondary [overflow-wrap:anywhere]">
          {note}
        </p>
      ))}
    </SignalPanel>
  );
}

const partColor = (part: MemoryPartName, index: number) =>
  part === "unattributed" ? ("other" as const) : nthColor(index);
