// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Panel } from "@/components/ui/panel";
import { BarChart } from "./bar-chart";
import { ChartDisplayContext, PLAIN_DISPLAY } from "./chart-display";
import type { ChartSeries } from "./series";
import { Sparkline } from "./sparkline";
import { TimeSeriesChart } from "./time-series-chart";

const GRID = { start: 1_772_370_000, end: 1_772_370_060, step: 30 };
const line = (id: string, values: (number | null)[], more: Partial<ChartSeries> = {}): ChartSeries => ({
  id,
  label: id,
  color: 1,
  values,
  ...more,
});
const plain = (text: string | null) => text?.replaceAll("\u2009", " ");

afterEach(cleanup);

function chart(series: ChartSeries[]) {
  return <TimeSeriesChart title="TTFT" unit="seconds" grid={GRID} series={series} />;
}

it("is named by its title and one sentence", () => {
  render(chart([line("p95", [0.2, 0.3, 0.4])]));
  const figure = screen.getByRole("figure");
  expect(plain(figure.getAttribute("aria-label"))).toMatch(
    /^TTFT\. 400 ms at the end, between 200 ms and 400 ms, from/,
  );
  expect(figure.tabIndex).toBe(0);
});

describe("the data as a table", () => {
  it("is one key away, and the focus goes along", () => {
    render(chart([line("p95", [0.2, null, 12], { band: { lo: [0.1, null, 10], hi: [0.25, null, null] } })]));
    const figure = screen.getByRole("figure");
    figure.focus();
    fireEvent.keyDown(figure, { key: "t" });
    const rows = within(screen.getByRole("table")).getAllByRole("row");
    expect(rows.map((row) => plain(row.lastElementChild!.textContent))).toEqual([
      "p95",
      "200 ms",
      "–",
      "≥ 10.0 s",
    ]);
    const table = screen.getByRole("region", { name: "TTFT as a table" });
    expect(document.activeElement).toBe(table);
    fireEvent.keyDown(table, { key: "t" });
    expect(document.activeElement).toBe(screen.getByRole("figure"));
  });

  it("is offered by the menu of its panel", () => {
    render(
      <Panel title="TTFT" unit="ms">
        {chart([line("p95", [0.2, 0.3, 0.4])])}
      </Panel>,
    );
    fireEvent.keyDown(screen.getByRole("button", { name: "Menu of TTFT" }), { key: "Enter" });
    fireEvent.click(screen.getByRole("menuitem", { name: /Show data as table/ }));
    expect(screen.getByRole("table")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Show chart" }));
    expect(screen.queryByRole("table")).toBeNull();
  });

  it("has one way back where a panel holds two charts", () => {
    render(
      <Panel title="TTFT" unit="ms">
        <TimeSeriesChart
          title="Percentiles"
          unit="seconds"
          grid={GRID}
          series={[line("p95", [0.2, 0.3, 0.4])]}
        />
        <TimeSeriesChart title="Means" unit="seconds" grid={GRID} series={[line("mean", [0.1, 0.2, 0.3])]} />
      </Panel>,
    );
    fireEvent.keyDown(screen.getByRole("figure", { name: /^Means/ }), { key: "t" });
    expect(screen.getAllByRole("table")).toHaveLength(2);
    fireEvent.click(screen.getByRole("button", { name: "Show chart" }));
    expect(screen.queryByRole("table")).toBeNull();
    expect(screen.getAllByRole("figure")).toHaveLength(2);
  });

  describe("as CSV", () => {
    const writeText = vi.fn(() => Promise.resolve());
    beforeEach(() => {
      writeText.mockClear();
      vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText }, platform: "Linux" });
    });
    afterEach(() => {
      vi.unstubAllGlobals();
    });

    it("has times in UTC, plain numbers, and nothing in gaps", async () => {
      render(chart([line("p95", [0.2, null, 0.4]), line("p99", [1, 2, 3])]));
      fireEvent.keyDown(screen.getByRole("figure"), { key: "t" });
      fireEvent.click(screen.getByRole("button", { name: "Copy as CSV" }));
      expect(writeText).toHaveBeenCalledWith(
        [
          "time,p95,p99",
          "2026-03-01T13:00:00.000Z,0.2,1",
          "2026-03-01T13:00:30.000Z,,2",
          "2026-03-01T13:01:00.000Z,0.4,3",
        ].join("\r\n"),
      );
    });
  });

  it("says what it leaves out", () => {
    const many = Array.from({ length: 40 }, (_, index) => line(`s${index}`, [1, 2, 3]));
    render(chart(many));
    fireEvent.keyDown(screen.getByRole("figure"), { key: "t" });
    expect(screen.getAllByRole("columnheader")).toHaveLength(13);
    expect(screen.getByText("12 of 40 columns; the CSV has all")).toBeTruthy();
  });
});

describe("the legend", () => {
  const five = [1, 2, 3, 4, 5].map((each) => line(`gpu ${each}`, [each, each, each * 2]));

  it("is a table from five series on, sortable", () => {
    render(chart(five));
    const legend = screen.getByRole("table");
    const names = () =>
      within(legend)
        .getAllByRole("rowheader")
        .map((cell) => cell.textContent);
    expect(names()).toEqual(["gpu 5", "gpu 4", "gpu 3", "gpu 2", "gpu 1"]);
    fireEvent.click(within(legend).getByRole("button", { name: "Series" }));
    expect(names()).toEqual(["gpu 1", "gpu 2", "gpu 3", "gpu 4", "gpu 5"]);
    expect(within(legend).getByRole("columnheader", { name: "Series" }).getAttribute("aria-sort")).toBe(
      "ascending",
    );
  });

  it("isolates a series by a click, and brings all back", () => {
    render(chart(five));
    const button = screen.getByRole("button", { name: "gpu 3" });
    fireEvent.click(button);
    expect(button.getAttribute("aria-pressed")).toBe("true");
    fireEvent.click(screen.getByRole("button", { name: "Show all series" }));
    expect(button.getAttribute("aria-pressed")).toBe("false");
  });

  it("counts those beyond eight", () => {
    render(chart(Array.from({ length: 20 }, (_, index) => line(`s${index}`, [index, index, index]))));
    expect(screen.getByText("12 more")).toBeTruthy();
    expect(screen.getAllByRole("rowheader")).toHaveLength(8);
  });
});

it("puts the smallest of many parts together, and has all of them in its legend's table", () => {
  const types = Array.from({ length: 49 }, (_, index) => ({
    id: `type ${index}`,
    label: `type ${index}`,
    color: 1 as const,
    values: [index, index],
  }));
  const errors = (
    <TimeSeriesChart
      title="Errors"
      unit="ratio"
      kind="stacked-bars"
      grid={{ start: 0, end: 60, step: 60 }}
      series={types}
    />
  );
  const { unmount } = render(errors);
  expect(screen.getByRole("button", { name: "42 more" })).toBeTruthy();
  expect(screen.queryByRole("button", { name: "type 3" })).toBeNull();
  unmount();
  const control = { display: { ...PLAIN_DISPLAY, legend: true }, register: () => () => {} };
  render(<ChartDisplayContext value={control}>{errors}</ChartDisplayContext>);
  expect(screen.getAllByRole("rowheader")).toHaveLength(49);
  fireEvent.click(screen.getByRole("button", { name: "type 3" }));
  expect(screen.getByRole("button", { name: "type 3", pressed: true })).toBeTruthy();
});

it("every other chart shows its data by the same key", () => {
  render(
    <BarChart
      title="Tokens"
      unit="tokens"
      bars={[
        { id: "a", label: "v1", value: 12 },
        { id: "b", label: "v2", value: null },
      ]}
    />,
  );
  const figure = screen.getByRole("figure", { name: /^Tokens\. 2 bars; the highest is v1/ });
  fireEvent.keyDown(figure, { key: "t" });
  expect(
    within(screen.getByRole("table"))
      .getAllByRole("row")
      .map((row) => plain(row.textContent)),
  ).toEqual(["NameValue", "v112 tok", "v2–"]);
});

describe("Sparkline", () => {
  it("breaks at gaps and draws a lone point as a dot", () => {
    const { container } = render(<Sparkline label="requests" values={[1, 2, null, 3, null, 1, 2]} />);
    expect(container.querySelector("path")!.getAttribute("d")!.split("M")).toHaveLength(3);
    expect(container.querySelectorAll("path[stroke-linecap=round]")).toHaveLength(2);
  });

  it("says that there is nothing", () => {
    render(<Sparkline label="requests" values={[null]} />);
    expect(screen.getByRole("img", { name: "requests: no values" })).toBeTruthy();
  });
});
