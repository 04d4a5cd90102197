"use client";

import {
  ChartSpline,
  CircleHelp,
  Diamond,
  Download,
  Expand,
  GitCompareArrows,
  Image,
  Rows3,
  Waypoints,
} from "lucide-react";
import Link from "next/link";
import type { ChartEntry } from "@/components/charts/chart-display";
import { tracesHref } from "@/components/traces/addresses";
import {
  MenuCheckboxItem,
  MenuItem,
  MenuRadioGroup,
  MenuRadioItem,
  MenuSeparator,
  MenuSub,
  MenuSubContent,
  MenuSubTrigger,
} from "@/components/ui/menu";
import type { PanelView } from "@/components/ui/panel-view";
import { toast } from "@/components/ui/toaster";
import { formatTime } from "@/lib/units";
import type { ChartRequest } from "./chart-panel";
import { canSplitByVersion, comparisonsOf } from "./comparison";
import { fileName, saveFile } from "./download";
import { exemplarReads } from "./exemplars-of";
import type { Measured } from "./measured";
import { pictureOf } from "./picture";
import { type PanelViewUrl, usePanelViewUrl } from "./use-panel-view-url";

/** What a panel's menu offers for its charts: how they are shown, what they are set against, and as files. */
export default function ChartMenu({
  id,
  title,
  unit,
  view,
  entries,
  measured,
  onUse,
  ask,
}: {
  id: string;
  title: string;
  unit: string | undefined;
  view: PanelView;
  entries: () => ChartEntry[];
  measured: Measured | undefined;
  /** Called before anything is turned on. */
  onUse: () => void;
  ask: (request: ChartRequest) => void;
}) {
  const url = usePanelViewUrl(id);
  const charts = entries();
  if (charts.length === 0) return null;
  const hasLines = charts.some((chart) => chart.hasLines);
  const range = charts.find((chart) => chart.range)?.range ?? null;

  const turn: PanelViewUrl["turn"] = (name, on) => {
    onUse();
    url.turn(name, on);
  };

  async function savePicture() {
    const panel = document.getElementById(id);
    if (panel === null) return;
    try {
      const words = range === null ? "" : rangeText(range);
      saveFile(
        fileName(title, range, "png"),
        await pictureOf({ panel, title: unit ? `${title}, ${unit}` : title, range: words, charts }),
      );
    } catch (error) {
      toast(`No picture was made: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  return (
    <>
      <MenuItem shortcut={url.full ? "Esc" : undefined} onSelect={() => turn("full", !url.full)}>
        <Expand />
        {url.full ? "Leave full screen" : "Full screen"}
      </MenuItem>
      {charts.some((chart) => chart.hasLog) ? (
        <MenuCheckboxItem checked={url.log} onCheckedChange={(on) => turn("log", on)}>
          <ChartSpline className="text-secondary" />
          Log axis
        </MenuCheckboxItem>
      ) : null}
      {hasLines ? (
        <MenuCheckboxItem checked={url.legend} onCheckedChange={(on) => turn("legend", on)}>
          <Rows3 className="text-secondary" />
          Legend as table
        </MenuCheckboxItem>
      ) : null}
      {measured !== undefined && exemplarReads(measured.queries).length > 0 ? (
        <MenuCheckboxItem checked={url.exemplars} onCheckedChange={(on) => turn("exemplars", on)}>
          <Diamond className="text-secondary" />
          Exemplars
        </MenuCheckboxItem>
      ) : null}
      {measured !== undefined && hasLines ? (
        <MenuSub>
          <MenuSubTrigger>
            <GitCompareArrows className="text-secondary" />
            Compare with
          </MenuSubTrigger>
          <MenuSubContent>
            <MenuRadioGroup
              value={url.comparison ?? ""}
              onValueChange={(comparison) => {
                onUse();
                url.compare(comparison === "" ? null : comparison);
              }}
            >
              <MenuRadioItem value="">Nothing</MenuRadioItem>
              {comparisonsOf(measured.grid, canSplitByVersion(measured.queries) ? measured.versions : []).map(
                (comparison) => (
                  <MenuRadioItem key={comparison.id} value={comparison.id}>
                    {comparison.label}
                  </MenuRadioItem>
                ),
              )}
            </MenuRadioGroup>
          </MenuSubContent>
        </MenuSub>
      ) : null}
      {measured === undefined ? null : (
        <MenuItem
          onSelect={() => {
            onUse();
            ask("gaps");
          }}
        >
          <CircleHelp />
          Why is there a gap
        </MenuItem>
      )}
      {measured === undefined || range === null ? null : (
        <MenuItem asChild>
          <Link href={tracesHref(range, { ...whatIsMeasured(measured), order: "slowest" })}>
            <Waypoints className="text-secondary" />
            Slowest traces of this window
          </Link>
        </MenuItem>
      )}
      <MenuSeparator />
      {view.available ? (
        <MenuItem
          onSelect={() =>
            saveFile(
              fileName(title, range, "csv"),
              new Blob([view.csv()], { type: "text/csv;charset=utf-8" }),
            )
          }
        >
          <Download />
          Download CSV
        </MenuItem>
      ) : null}
      {view.table ? null : (
        <MenuItem onSelect={savePicture}>
          <Image />
          Download PNG
        </MenuItem>
      )}
    </>
  );
}

/** The service that a chart is of, where it is of one, and the first of its signals that has exemplars. */
function whatIsMeasured({ queries }: Measured): { about?: string; signal?: string } {
  const [first, ...others] = new Set(queries.map(({ service }) => service));
  if (first === undefined || others.length > 0) return {};
  return { about: first, signal: exemplarReads(queries)[0]?.signal };
}

/** A range as a picture says it: with dates, and the zone of its times. */
function rangeText({ from, to }: { from: number; to: number }): string {
  const zone = new Intl.DateTimeFormat("en", { timeZoneName: "short" })
    .formatToParts(new Date(to * 1000))
    .find(({ type }) => type === "timeZoneName")?.value;
  return `${formatTime(from)} to ${formatTime(to)}${zone === undefined ? "" : `, ${zone}`}`;
}
