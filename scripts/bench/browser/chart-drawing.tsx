import { flushSync } from "react-dom";
import { createRoot, type Root } from "react-dom/client";
import uPlot from "uplot";
// house-ignore layers: what is measured is the console's own chart
import type { ChartSeries, SeriesColor } from "@/components/charts/series";
// house-ignore layers: what is measured is the console's own chart
import { TimeSeriesChart } from "@/components/charts/time-series-chart";
// house-ignore layers: what is measured is the console's own chart
import { Panel } from "@/components/ui/panel";

const { series: seriesCount, points } = JSON.parse(
  document.getElementById("configuration")?.textContent ?? "",
) as { series: number; points: number };

const step = 60;
const grid = { start: 1_767_225_600, end: 1_767_225_600 + (points - 1) * step, step };

/** Walks that cross one another; the same in every run (xorshift, 32 bits). */
const columns = Array.from({ length: seriesCount }, (_, index) => {
  let state = ((index + 1) * 2_654_435_761) | 1;
  let value = 20 + index;
  return Array.from({ length: points }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    value = Math.max(0, value + state / 2_147_483_648);
    return value;
  });
});

const target = document.getElementById("chart")!;
const painted = () =>
  new Promise<void>((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())));
let clear = () => {};

async function drawBare(): Promise<void> {
  const times = Array.from({ length: points }, (_, index) => grid.start + index * step);
  const plot = new uPlot(
    {
      width: target.clientWidth,
      height: 192,
      series: [
        {},
        ...columns.map((_, index) => ({
          label: `replica-${index}`,
          stroke: `hsl(${(index * 67) % 360} 60% 45%)`,
        })),
      ],
    },
    [times, ...columns],
    target,
  );
  clear = () => plot.destroy();
  await painted();
}

async function drawConsole(): Promise<void> {
  const series: ChartSeries[] = columns.map((values, index) => ({
    id: `replica-${index}`,
    label: `replica-${index}`,
    color: ((index % 8) + 1) as SeriesColor,
    values,
  }));
  const root: Root = createRoot(target);
  clear = () => flushSync(() => root.unmount());
  root.render(
    <Panel id="queue" title="Queue depth" unit="requests">
      <TimeSeriesChart title="Queue depth" unit="requests" grid={grid} series={series} onZoom={() => {}} />
    </Panel>,
  );
  await painted();
  // Its size is observed, so it is drawn a frame after it has been laid out.
  await painted();
}

let direction = -1;

/** Seconds between the frames of a second in which the chart that was drawn last is dragged, and back the next time. */
async function pan(): Promise<number[]> {
  direction *= -1;
  const over = target.querySelector<HTMLElement>(".u-over")!;
  const { left, top, width } = over.getBoundingClientRect();
  const send = (type: string, x: number) =>
    over.dispatchEvent(
      new MouseEvent(type, {
        bubbles: true,
        shiftKey: true,
        clientX: left + x,
        clientY: top + 40,
      }),
    );
  const frames: number[] = [];
  send("mousedown", width / 2);
  await new Promise<void>((resolve) => {
    const frame = (at: number) => {
      frames.push(at / 1000);
      if (frames.length > 61) return resolve();
      send("mousemove", width / 2 - direction * frames.length * 3);
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  send("mouseup", width / 2 - direction * frames.length * 3);
  return frames.slice(1).map((at, index) => at - frames[index]!);
}

declare global {
  interface Window {
    benchDrawing: { draw: (side: "bare" | "console") => Promise<void>; clear: () => void; pan: typeof pan };
  }
}

window.benchDrawing = {
  draw: (side) => (side === "bare" ? drawBare() : drawConsole()),
  clear: () => clear(),
  pan,
};
