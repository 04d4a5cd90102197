"use client";

import { useContext } from "react";
import { cn } from "@/components/ui/class-names";
import { Coded } from "@/components/ui/coded";
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
import { wholeFleet } from "@/lib/dashboards/fleet";
import { gpuHealth } from "@/lib/dashboards/gpu-faults";
import { type FaultRow, faultRows, healthAnswers } from "./gpu-fault-rows";
import { KnownGpusContext, useChosenGpu } from "./gpu-views";
import { SignalPanel, type ViewInput } from "./signal-panel";

const words: Record<FaultRow["state"], string> = { critical: "Act", warning: "Watch", info: "Know" };

/** Of a row that is a card: a line of its own under the state and the GPU. */
const wholeLine = "max-md:col-span-2";
/** A column where there is room for one; between a phone and that it stands under what happened. */
const sentence = "whitespace-normal md:min-w-64 md:py-1.5 md:max-lg:hidden";

/** The GPUs that something was wrong with in the range, what it means and what to do; the worst first. */
export function GpuFaultsView(input: ViewInput) {
  const [, choose] = useChosenGpu();
  const gpus = gpuHealth(healthAnswers(input.refresh.results));
  const others = wholeFleet(gpus, useContext(KnownGpusContext)).length - gpus.length;
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
        rows.length === 0
          ? undefined
          : `${new Set(rows.map(({ gpu }) => gpu)).size} of ${gpus.length} GPUs${others > 0 ? " that report their health" : ""}`
      }
    >
      {rows.length === 0 ? (
        <p className="text-secondary">
          {gpus.length === 0
            ? null
            : `No fault of ${gpus.length === 1 ? "the GPU" : `any of ${gpus.length} GPUs`} in this range.`}
          {others > 0 && gpus.length > 0
            ? ` ${others} more ${others === 1 ? "reports" : "report"} nothing of ${others === 1 ? "its" : "their"} health.`
            : null}
          {unmeasured.length === 0 ? null : ` Not measured here: ${unmeasured.join(", ")}.`}
        </p>
      ) : (
        <Table label="Faults of GPUs" framed={false} cards>
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
              <TableRow
                key={key}
                className="max-md:grid-cols-[auto_minmax(0,1fr)] max-md:items-center max-md:gap-x-3"
              >
                <TableCell>
                  <StateBadge state={state}>{words[state]}</StateBadge>
                </TableCell>
                <TableRowHeader>
                  <button
                    type="button"
                    onClick={() => choose(gpu)}
                    className="max-w-full rounded-control text-left text-link hover:underline"
                  >
                    <Name className="max-w-[min(28ch,100%)]">{name}</Name>
                  </button>
                </TableRowHeader>
                <TableCell
                  label="What"
                  className={cn(wholeLine, "whitespace-normal md:py-1.5 lg:whitespace-nowrap")}
                >
                  {what}
                  <span className="block text-secondary max-md:hidden lg:hidden">{meaning}.</span>
                  <span className="block max-md:hidden lg:hidden">
                    <Coded text={action} />
                  </span>
                </TableCell>
                <TableCell label="What it means" className={cn(wholeLine, sentence)}>
                  {meaning}
                </TableCell>
                <TableCell label="What to do" className={cn(wholeLine, sentence)}>
                  <Coded text={action} />
                </TableCell>
              </TableRow>
            ))}
          </TableBody>
        </Table>
      )}
    </SignalPanel>
  );
}
