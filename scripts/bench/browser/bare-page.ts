import uPlot from "uplot";
import type { BarePanel } from "../bare-page";

const { panels, prometheusUrl, range, step } = JSON.parse(
  document.getElementById("configuration")?.textContent ?? "",
) as { panels: BarePanel[]; prometheusUrl: string; range: number; step: number };

const end = Math.floor(Date.now() / 1000 / step) * step;
const start = Math.floor((Date.now() / 1000 - range) / step) * step;
const times = Array.from({ length: (end - start) / step + 1 }, (_, index) => start + index * step);

interface Answer {
  data: { result: { values: [number, string][] }[] };
}

async function read(expr: string): Promise<(number | null)[][]> {
  const response = await fetch(`${prometheusUrl}/api/v1/query_range`, {
    method: "POST",
    body: new URLSearchParams({ query: expr, start: `${start}`, end: `${end}`, step: `${step}` }),
  });
  if (!response.ok) throw new Error(`Prometheus answered ${response.status} to ${expr}`);
  const { data } = (await response.json()) as Answer;
  return data.result.map(({ values }) => {
    const byTime = new Map(values.map(([time, value]) => [time, Number(value)]));
    return times.map((time) => byTime.get(time) ?? null);
  });
}

async function draw({ id, exprs }: BarePanel): Promise<void> {
  const lines = (await Promise.all(exprs.map(read))).flat();
  const target = document.getElementById(id)!;
  new uPlot(
    {
      width: target.clientWidth,
      height: 192,
      series: [{}, ...lines.map((_, index) => ({ stroke: `hsl(${(index * 67) % 360} 60% 45%)` }))],
    },
    [times, ...lines],
    target,
  );
}

for (const panel of panels) void draw(panel);
