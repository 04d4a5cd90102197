"use client";

import { ClipboardCopy } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { Button } from "@/components/ui/button";
import { copyText } from "@/components/ui/copy-button";
import { Name } from "@/components/ui/name";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "@/components/ui/table";
import { toast } from "@/components/ui/toaster";

/** More cells than this are not drawn: the page would stall. The CSV always has all. */
const MOST_ROWS = 500;
const MOST_COLUMNS = 12;

/**
 * What a chart shows, as a table: the first column names the row, the others are numbers. Of long tables the last
 * rows are shown, of wide ones the first columns, and it says so.
 */
export function ChartDataTable({
  label,
  header,
  rows,
  csv,
  height,
  onClose,
  closable,
  focus,
}: {
  label: string;
  header: readonly string[];
  rows: readonly { key: string | number; cells: readonly ReactNode[] }[];
  csv: () => string;
  /** Height in px, that of the chart. */
  height: number;
  onClose: () => void;
  /** Whether it has a button for that; the key it always has. */
  closable: boolean;
  /** Takes the focus when the table appears. */
  focus?: RefObject<HTMLElement | null>;
}) {
  const columns = header.slice(0, MOST_COLUMNS + 1);
  const shown = rows.slice(-MOST_ROWS);
  const cut = [
    rows.length > shown.length ? `last ${shown.length} of ${rows.length} rows` : null,
    header.length > columns.length ? `${columns.length - 1} of ${header.length - 1} columns` : null,
  ].filter(Boolean);
  return (
    <section
      ref={focus}
      aria-label={`${label} as a table`}
      tabIndex={-1}
      onKeyDown={(event) => {
        if (event.key !== "t" || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        onClose();
      }}
      className="flex min-w-0 flex-col gap-2 outline-none"
      style={{ height }}
    >
      <div className="-mx-4 min-h-0 flex-1 border-b">
        <Table label={`${label}, data`} framed={false} maxHeight={height - 36}>
          <TableHead>
            <tr>
              {columns.map((name, index) => (
                <TableHeader key={name} numeric={index > 0} className="h-7">
                  <Name className="max-w-[28ch]">{name}</Name>
                </TableHeader>
              ))}
            </tr>
          </TableHead>
          <TableBody>
            {shown.map((row) => (
              <TableRow key={row.key}>
                {row.cells.slice(0, columns.length).map((cell, index) => (
                  <TableCell
                    // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its column
                    key={index}
                    numeric={index > 0}
                    className="h-7"
                  >
                    {cell}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </div>
      <div className="flex shrink-0 items-center gap-2">
        {closable ? (
          <Button size="sm" onClick={onClose}>
            Show chart
          </Button>
        ) : null}
        <Button
          size="sm"
          variant="ghost"
          onClick={async () =>
            toast((await copyText(csv())) ? "Values copied as CSV" : "The browser refused to copy the values")
          }
        >
          <ClipboardCopy aria-hidden />
          Copy as CSV
        </Button>
        {cut.length > 0 ? (
          <span className="truncate text-caption text-secondary">{`${cut.join(", ")}; the CSV has all`}</span>
        ) : null}
      </div>
    </section>
  );
}
