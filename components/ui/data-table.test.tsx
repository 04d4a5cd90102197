// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { NuqsTestingAdapter } from "nuqs/adapters/testing";
import { afterEach, expect, it } from "vitest";
import { compareValues, type DataColumn, DataTable, parseSort } from "./data-table";

afterEach(cleanup);

type Row = { name: string; rate: number | null };
const ROWS: Row[] = [
  { name: "gpu 10", rate: 5 },
  { name: "gpu 2", rate: null },
  { name: "gpu 1", rate: 40 },
];
const COLUMNS: DataColumn<Row>[] = [
  { id: "name", header: "Name", value: (row) => row.name },
  {
    id: "rate",
    header: "Rate",
    unit: "req/s",
    numeric: true,
    descendingFirst: true,
    value: (row) => row.rate,
  },
];

let url = new URLSearchParams();

function show(search = "", rows = ROWS) {
  url = new URLSearchParams(search);
  render(
    <NuqsTestingAdapter
      searchParams={search}
      hasMemory
      onUrlUpdate={(update) => {
        url = update.searchParams;
      }}
    >
      <DataTable
        label="GPUs"
        columns={COLUMNS}
        rows={rows}
        rowKey={(row) => row.name}
        filter="Filter GPUs"
        initialSort="name"
        empty={<p>No GPU yet</p>}
      />
    </NuqsTestingAdapter>,
  );
}

const names = () =>
  within(screen.getByRole("table"))
    .getAllByRole("row")
    .slice(1)
    .map((row) => row.querySelector("td")?.textContent);

it("sorts as told, numbers inside of words by their value", () => {
  show();
  expect(names()).toEqual(["gpu 1", "gpu 2", "gpu 10"]);
});

it("sorts in the URL, absent values last in both directions", async () => {
  show();
  fireEvent.click(screen.getByRole("button", { name: "Rate, req/s" }));
  await waitFor(() => expect(url.get("sort")).toBe("-rate"));
  expect(names()).toEqual(["gpu 1", "gpu 10", "gpu 2"]);
  expect(screen.getByRole("columnheader", { name: "Rate, req/s" }).getAttribute("aria-sort")).toBe(
    "descending",
  );
  fireEvent.click(screen.getByRole("button", { name: "Rate, req/s" }));
  await waitFor(() => expect(url.get("sort")).toBe("rate"));
  expect(names()).toEqual(["gpu 10", "gpu 1", "gpu 2"]);
});

it("filters as one types, says how many are left, and clears with Escape", async () => {
  show();
  const field = screen.getByRole("searchbox", { name: "Filter GPUs" });
  fireEvent.change(field, { target: { value: "gpu 1" } });
  expect(names()).toEqual(["gpu 1", "gpu 10"]);
  expect(screen.getByRole("status").textContent).toBe("2 of 3");
  await waitFor(() => expect(url.get("q")).toBe("gpu 1"));
  fireEvent.change(field, { target: { value: "nothing" } });
  expect(screen.getByText(/Nothing matches/)).toBeTruthy();
  act(() => {
    fireEvent.keyDown(field, { key: "Escape" });
  });
  expect(names()).toHaveLength(3);
});

it("begins with the filter in the URL", () => {
  show("?q=10");
  expect(names()).toEqual(["gpu 10"]);
});

it("shows what to do when there are no rows at all", () => {
  show("", []);
  expect(screen.getByText("No GPU yet")).toBeTruthy();
  expect(screen.queryByRole("table")).toBeNull();
});

it("ignores a sort by a column that does not exist", () => {
  expect(parseSort("-nothing", ["name"])).toEqual([]);
  expect(parseSort("-name", ["name"])).toEqual([{ id: "name", desc: true }]);
});

it("orders dates and numbers by value", () => {
  expect(compareValues(new Date(1), new Date(2))).toBeLessThan(0);
  expect(compareValues(10, 9)).toBeGreaterThan(0);
});
