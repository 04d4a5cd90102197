"use client";

import {
  columnFilteringFeature,
  createFilteredRowModel,
  createSortedRowModel,
  globalFilteringFeature,
  type RowData,
  rowSortingFeature,
  type SortingState,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { X } from "lucide-react";
import { debounce, parseAsString, useQueryStates } from "nuqs";
import { type ReactNode, useMemo, useState } from "react";
import { Button, IconButton } from "./button";
import { cn } from "./class-names";
import { SearchInput } from "./input";
import { Skeleton } from "./skeleton";
import { SortMark } from "./sort-mark";
import { Table, TableBody, TableCell, TableHead, TableHeader, TableRow } from "./table";

/** What a column sorts and filters by. */
export type CellValue = string | number | boolean | Date | null | undefined;

export type DataColumn<Row extends RowData> = {
  id: string;
  header: string;
  /** Unit of the whole column, said once in the header. */
  unit?: string;
  /** What to sort and to filter by; null sorts last in both directions. Columns without it do neither. */
  value?: (row: Row) => CellValue;
  /** What to show; the value as text when absent. */
  cell?: (row: Row) => ReactNode;
  numeric?: boolean;
  /** Own order instead of that of the value, for a state column: `(a, b) => compareStates(a.state, b.state)`. */
  compare?: (a: Row, b: Row) => number;
  /** The first click sorts from high to low: for times and numbers. */
  descendingFirst?: boolean;
  /** Explains the column on hover of its header. */
  hint?: string;
  className?: string;
};

export type DataTableProps<Row extends RowData> = {
  /** Accessible name of the table. */
  label: string;
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Sorted like this until the viewer chooses: "name", or "-startedAt" for descending. */
  initialSort?: string;
  /** Shows a search field that filters over all columns with a value. The text is its placeholder. */
  filter?: string;
  /** Prefix of the URL parameters `sort` and `q`, when a page has two tables. */
  urlKey?: string;
  /** More controls, right of the search field. */
  toolbar?: ReactNode;
  loading?: boolean;
  /** Shown when there are no rows at all. */
  empty?: ReactNode;
  selected?: (row: Row) => boolean;
  onRowClick?: (row: Row) => void;
  /** Inside a `Panel flush`: no frame of its own. */
  framed?: boolean;
  maxHeight?: number;
};

const features = tableFeatures({
  rowSortingFeature,
  columnFilteringFeature,
  globalFilteringFeature,
  sortedRowModel: createSortedRowModel(),
  filteredRowModel: createFilteredRowModel(),
});

/** Orders two values; strings by their words and numbers ("gpu 2" before "gpu 10"). */
export function compareValues(a: NonNullable<CellValue>, b: NonNullable<CellValue>): number {
  if (typeof a === "string" || typeof b === "string") {
    return String(a).localeCompare(String(b), "en", { numeric: true, sensitivity: "base" });
  }
  return Number(a) - Number(b);
}

/** Reads "name" or "-name" of the URL; an unknown column sorts nothing. */
export function parseSort(text: string, columnIds: readonly string[]): SortingState {
  const desc = text.startsWith("-");
  const id = desc ? text.slice(1) : text;
  return columnIds.includes(id) ? [{ id, desc }] : [];
}

/** A table that sorts and filters in the URL, with a sticky header and 32 px rows. */
export function DataTable<Row extends RowData>({
  label,
  columns,
  rows,
  rowKey,
  initialSort = "",
  filter,
  urlKey = "",
  toolbar,
  loading = false,
  empty,
  selected,
  onRowClick,
  framed = true,
  maxHeight,
}: DataTableProps<Row>) {
  const [url, setUrl] = useQueryStates(
    { sort: parseAsString.withDefault(initialSort), q: parseAsString.withDefault("") },
    { urlKeys: { sort: `${urlKey}sort`, q: `${urlKey}q` }, history: "replace" },
  );
  const [typed, setTyped] = useState(url.q);
  const sorting = useMemo(
    () =>
      parseSort(
        url.sort,
        columns.filter((column) => column.value).map((column) => column.id),
      ),
    [url.sort, columns],
  );
  const definitions = useMemo(
    () =>
      columns.map((column) => ({
        id: column.id,
        // Absent values become undefined, which the row model keeps last whichever way the column is sorted.
        accessorFn: (row: Row) => column.value?.(row) ?? undefined,
        enableSorting: column.value !== undefined,
        sortUndefined: "last" as const,
        sortFn: (a: { original: Row }, b: { original: Row }) =>
          column.compare
            ? column.compare(a.original, b.original)
            : compareValues(column.value?.(a.original) ?? "", column.value?.(b.original) ?? ""),
      })),
    [columns],
  );
  const data = useMemo(() => [...rows], [rows]);
  const search = filter === undefined ? "" : typed.trim().toLowerCase();
  const table = useTable({
    features,
    data,
    columns: definitions,
    getRowId: rowKey,
    state: { sorting, globalFilter: search },
    getColumnCanGlobalFilter: (column: { id: string }) =>
      columns.some((each) => each.id === column.id && each.value !== undefined),
    globalFilterFn: (row: { original: Row }, id: string) =>
      String(columns.find((column) => column.id === id)?.value?.(row.original) ?? "")
        .toLowerCase()
        .includes(search),
  });
  const shown = table.getRowModel().rows;

  function sortBy(column: DataColumn<Row>) {
    const current = sorting[0]?.id === column.id ? sorting[0] : undefined;
    const desc = current ? !current.desc : (column.descendingFirst ?? false);
    void setUrl({ sort: `${desc ? "-" : ""}${column.id}` });
  }

  function searchFor(text: string) {
    setTyped(text);
    void setUrl({ q: text }, { limitUrlUpdates: debounce(200) });
  }

  if (!loading && rows.length === 0 && empty) return empty;
  return (
    <div className="grid min-w-0 gap-3">
      {filter !== undefined || toolbar ? (
        <div className={cn("flex flex-wrap items-center gap-2", !framed && "px-4")}>
          {filter !== undefined ? (
            <div className="relative w-full max-w-72">
              <SearchInput
                aria-label={filter}
                placeholder={filter}
                value={typed}
                onChange={(event) => searchFor(event.target.value)}
                onKeyDown={(event) => {
                  if (event.key === "Escape" && typed !== "") {
                    event.preventDefault();
                    searchFor("");
                  }
                }}
              />
              {typed ? (
                <IconButton
                  label="Clear the filter"
                  size="sm"
                  className="absolute top-0.5 right-0.5"
                  onClick={() => searchFor("")}
                >
                  <X />
                </IconButton>
              ) : null}
            </div>
          ) : null}
          {search ? (
            <span className="text-caption text-secondary" role="status">
              {shown.length} of {rows.length}
            </span>
          ) : null}
          {toolbar ? <div className="ml-auto flex items-center gap-2">{toolbar}</div> : null}
        </div>
      ) : null}
      <Table label={label} framed={framed} maxHeight={maxHeight} aria-busy={loading || undefined}>
        <TableHead>
          <tr>
            {columns.map((column) => {
              const sorted =
                sorting[0]?.id === column.id ? (sorting[0].desc ? "descending" : "ascending") : undefined;
              const words = column.unit ? `${column.header}, ${column.unit}` : column.header;
              return (
                <TableHeader
                  key={column.id}
                  numeric={column.numeric}
                  aria-sort={sorted}
                  title={column.hint}
                  className={column.className}
                >
                  {column.value ? (
                    <button
                      type="button"
                      onClick={() => sortBy(column)}
                      className={cn(
                        "group/sort inline-flex h-6 items-center gap-1 rounded-control font-medium transition-control hover:text-primary",
                        column.numeric && "flex-row-reverse",
                        sorted && "text-primary",
                      )}
                    >
                      {words}
                      <SortMark direction={sorted} />
                    </button>
                  ) : (
                    words || <span className="sr-only">Actions</span>
                  )}
                </TableHeader>
              );
            })}
          </tr>
        </TableHead>
        <TableBody>
          {loading && rows.length === 0 ? (
            <SkeletonRows columns={columns.length} />
          ) : (
            shown.map((row) => (
              <TableRow
                key={row.id}
                interactive
                selected={selected?.(row.original)}
                onClick={onRowClick ? () => onRowClick(row.original) : undefined}
                className={onRowClick ? "cursor-pointer" : undefined}
              >
                {columns.map((column) => (
                  <TableCell key={column.id} numeric={column.numeric} className={column.className}>
                    {column.cell ? column.cell(row.original) : String(column.value?.(row.original) ?? "–")}
                  </TableCell>
                ))}
              </TableRow>
            ))
          )}
          {!loading && shown.length === 0 ? (
            <TableRow>
              <TableCell colSpan={columns.length} className="h-20 text-center text-secondary">
                {search ? (
                  <span className="inline-flex items-center gap-3">
                    Nothing matches “{typed.trim()}”
                    <Button size="sm" onClick={() => searchFor("")}>
                      Clear
                    </Button>
                  </span>
                ) : (
                  "Nothing here"
                )}
              </TableCell>
            </TableRow>
          ) : null}
        </TableBody>
      </Table>
    </div>
  );
}

function SkeletonRows({ columns }: { columns: number }) {
  return [0, 1, 2, 3, 4].map((row) => (
    <TableRow key={row}>
      {Array.from({ length: columns }, (_, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
        <TableCell key={column}>
          <Skeleton className={cn("h-3", column === 0 ? "w-24" : "w-14")} />
        </TableCell>
      ))}
    </TableRow>
  ));
}
