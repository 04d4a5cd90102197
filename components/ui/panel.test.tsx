// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type EmptyKind, Panel } from "./panel";
import { useTableToggle } from "./panel-view";
import { Segmented } from "./segmented";
import { Select } from "./select";

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function Chart() {
  const { table } = useTableToggle(() => "time,value");
  return <p>{table ? "the table" : "the drawing"}</p>;
}

describe("faces", () => {
  it("is busy while loading and shows a skeleton only after 200 ms", () => {
    vi.useFakeTimers();
    const { container } = render(
      <Panel title="TTFT" state={{ kind: "loading" }}>
        <Chart />
      </Panel>,
    );
    expect(screen.getByRole("region", { name: "TTFT" }).getAttribute("aria-busy")).toBe("true");
    expect(screen.queryByText("the drawing")).toBeNull();
    expect(container.querySelector(".animate-fade")).toBeNull();
    act(() => {
      vi.advanceTimersByTime(200);
    });
    expect(container.querySelector(".animate-fade")).not.toBeNull();
  });

  it("keeps old data while it reads again", () => {
    render(
      <Panel title="TTFT" unit="ms" value="38.4 ms" state={{ kind: "data", refreshing: true }}>
        <Chart />
      </Panel>,
    );
    expect(screen.getByText("the drawing")).toBeTruthy();
    expect(screen.getByText("38.4 ms")).toBeTruthy();
    expect(screen.getByRole("heading").textContent).toBe("TTFT, ms");
    expect(screen.getByRole("progressbar", { name: "Reading again" })).toBeTruthy();
  });

  it.each([
    ["not_connected", "Not connected"],
    ["metric_not_found", "Metric not found"],
    ["no_samples", "No samples in this range"],
    ["filtered_out", "Filtered out"],
    ["no_traffic", "No traffic"],
    ["not_measurable", "Not measurable here"],
  ] as [EmptyKind, string][])("says why it is empty: %s", (reason, words) => {
    render(
      <Panel title="TTFT" state={{ kind: "empty", reason, text: "Last sample at 12:41" }}>
        <Chart />
      </Panel>,
    );
    expect(screen.getByText(words)).toBeTruthy();
    expect(screen.getByText("Last sample at 12:41")).toBeTruthy();
    expect(screen.queryByText("the drawing")).toBeNull();
  });

  it("shows what failed, the upstream's words, the request id, and retries", () => {
    const onRetry = vi.fn();
    render(
      <Panel
        title="TTFT"
        state={{
          kind: "error",
          onRetry,
          error: { detail: "Prometheus refused the query.", upstream: "parse error", requestId: "01JN" },
        }}
      />,
    );
    const alert = screen.getByRole("alert");
    expect(within(alert).getByText("Prometheus refused the query.")).toBeTruthy();
    expect(within(alert).getByText("parse error").tagName).toBe("PRE");
    expect(within(alert).getByText("01JN")).toBeTruthy();
    fireEvent.click(within(alert).getByRole("button", { name: "Retry" }));
    expect(onRetry).toHaveBeenCalledOnce();
  });

  it("marks stale data and warnings under the title", () => {
    render(
      <Panel
        title="TTFT"
        notes={[
          { kind: "stale", text: "Last sample 4 min ago" },
          { kind: "warning", text: "exceeded the limit" },
        ]}
      >
        <Chart />
      </Panel>,
    );
    const lines = screen.getAllByRole("listitem");
    expect(lines.map((line) => line.textContent)).toEqual(["Last sample 4 min ago", "exceeded the limit"]);
    expect(screen.getByText("the drawing")).toBeTruthy();
  });
});

describe("menu and keys", () => {
  it("turns its charts into tables and back with t, unless one types", () => {
    render(
      <Panel title="TTFT" actions={<input aria-label="filter" />}>
        <Chart />
      </Panel>,
    );
    const panel = screen.getByRole("region");
    fireEvent.keyDown(screen.getByLabelText("filter"), { key: "t" });
    expect(screen.getByText("the drawing")).toBeTruthy();
    fireEvent.keyDown(panel, { key: "t" });
    expect(screen.getByText("the table")).toBeTruthy();
    fireEvent.keyDown(panel, { key: "t" });
    expect(screen.getByText("the drawing")).toBeTruthy();
  });

  it("takes t on a choice among few, which is no field to type in", () => {
    const choose = vi.fn();
    const options = [
      { value: "itl", label: "ITL" },
      { value: "ttft", label: "TTFT" },
    ] as const;
    render(
      <Panel
        title="TTFT"
        actions={<Segmented label="Shown" value="itl" onValueChange={choose} options={options} />}
      >
        <Chart />
      </Panel>,
    );
    const group = screen.getByRole("radiogroup", { name: "Shown" });
    expect(within(group).getByRole("radio", { name: "ITL", checked: true })).toBeTruthy();
    fireEvent.keyDown(within(group).getByRole("radio", { name: "ITL" }), { key: "t" });
    expect(screen.getByText("the table")).toBeTruthy();
    expect(choose).not.toHaveBeenCalled();
    fireEvent.click(within(group).getByRole("radio", { name: "TTFT" }));
    expect(choose).toHaveBeenCalledWith("ttft");
  });

  it("takes t before a select does, and leaves it to its menu and its dialog", () => {
    const choose = vi.fn();
    render(
      <Panel
        title="TTFT"
        promql={["sum(rate(a[1m]))"]}
        actions={
          <Select
            aria-label="Shown"
            value="itl"
            onValueChange={choose}
            options={[
              { value: "itl", label: "ITL" },
              { value: "ttft", label: "TTFT" },
            ]}
          />
        }
      >
        <Chart />
      </Panel>,
    );
    const select = screen.getByRole("combobox", { name: "Shown" });
    fireEvent.keyDown(select, { key: "t" });
    expect(screen.getByText("the table")).toBeTruthy();
    fireEvent.keyDown(select, { key: "t" });
    expect(screen.getByText("the drawing")).toBeTruthy();
    expect(choose).not.toHaveBeenCalled();

    fireEvent.keyDown(screen.getByRole("button", { name: "Menu of TTFT" }), { key: "Enter" });
    fireEvent.keyDown(screen.getByRole("menuitem", { name: "Show PromQL" }), { key: "t" });
    expect(screen.getByText("the drawing")).toBeTruthy();
  });

  it("shows the PromQL behind it", async () => {
    render(
      <Panel title="TTFT" promql={["sum(rate(a[1m]))"]}>
        <Chart />
      </Panel>,
    );
    fireEvent.keyDown(screen.getByRole("button", { name: "Menu of TTFT" }), { key: "Enter" });
    fireEvent.click(screen.getByRole("menuitem", { name: "Show PromQL" }));
    expect(
      within(await screen.findByRole("dialog", { name: "PromQL of TTFT" }, { timeout: 10_000 })).getByText(
        "sum(rate(a[1m]))",
      ),
    ).toBeTruthy();
  }, 20_000);

  it("has no menu when there is nothing in it", () => {
    render(<Panel title="Notes">text</Panel>);
    expect(screen.queryByRole("button")).toBeNull();
  });
});
