"use client";

import { Name } from "@/components/ui/name";
import { StateBadge } from "@/components/ui/state-badge";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  TableRowHeader,
} from "@/components/ui/table";
import { gpuHealth } from "@/lib/dashboards/gpu-faults";
import { type FaultRow, faultRows, healthAnswers } from "./gpu-fault-rows";
import { useChosenGpu } from "./gpu-views";
import { SignalPanel, type ViewInput } from "./signal-panel";

const words: Record<FaultRow["state"], string> = { critical: "Act", warning: "Watch", info: "Know" };

/** The GPUs that something was wrong with in the range, what it means and what to do; the worst first. */
export function GpuFaultsView(input: ViewInput) {
  const [, choose] = useChosenGpu();
  const gpus = gpuHealth(healthAnswers(input.refresh.results));
  const rows = faultRows(gpus);
  const unmeasured = [
    gpus.every(({ xids }) => xids === null) ? "XID errors" : "",
    gpus.every(({ uncorrected }) => uncorrected === null) ? "ECC errors" : "",
    gpus.every(({ remapFailed }) => remapFailed === null) ? "row remaps" : "",
  ].filter((part) => part !== "");
  return (
    <SignalPanel
      input={input}
      height="auto"
      flush={rows.length > 0}
      value={
        rows.length === 0 ? undefined : `${new Set(rows.map(({ gpu }) => gpu)).size} of ${gpus.length} GPUs`
      }
    >
      {rows.length === 0 ? (
        <p className="text-secondary">
          {gpus.length === 0
            ? null
            : `No fault of ${gpus.length === 1 ? "the GPU" : `any of ${gpus.length} GPUs`} in this range.`}
          {unmeasured.length === 0 ? null : ` Not measured here: ${unmeasured.join(", ")}.`}
        </p>
      ) : (
        <Table label="Faults of GPUs" framed={false}>
          <TableHead>
            <TableRow>
              <TableHeader>State</TableHeader>
              <TableHeader>GPU</TableHeader>
              <TableHeader>What</TableHeader>
              <TableHeader className="max-lg:hidden">What it means</TableHeader>
              <TableHeader className="max-lg:hidden">What to do</TableHeader>
            </TableRow>
          </TableHead>
          <TableBody>
            {rows.map(({ key, gpu, name, state, what, meaning, action }) => (
              <TableRow key={key}>
                <TableCell>
                  <StateBadge state={state}>{words[state]}</StateBadge>
                </TableCell>
                <TableRowHeader>
                  <button
                    type="button"
                    onClick={() => choose(gpu)}
                    className="rounded-control text-link hover:underline"
                  >
                    <Name className="max-w-[28ch]">{name}</Name>
                  </button>
                </TableRowHeader>
                <TableCell className="whitespace-normal py-1.5 lg:whitespace-nowrap">
                  {what}
                  <span className="block text-secondary lg:hidden">{meaning}.</span>
                  <span className="block lg:hidden">{action}</span>
                </TableCell>
                <TableCell className="min-w-64 whitespace-normal py-1.5 max-lg:hidden">{meaning}</TableCell>
                <TableCell className="min-w-64 whitespace-normal py-1.5 max-lg:hidden">{action}</TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </SignalPanel>
  );
}
