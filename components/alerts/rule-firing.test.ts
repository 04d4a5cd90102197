import { expect, it } from "vitest";
import { firingRows } from "./rule-firing";

const start = Date.UTC(2026, 2, 1) / 1000;
const end = start + 1_000;
const at = (seconds: number) => new Date((start + seconds) * 1000).toISOString();
const alert = (gpu: string, firingAt: number | null, resolvedAt: number | null) => ({
  labels: { gpu },
  pendingAt: at(0),
  firingAt: firingAt === null ? null : at(firingAt),
  resolvedAt: resolvedAt === null ? null : at(resolvedAt),
});

it("has a row for each series that fired, the longest first, with what still fires up to the end", () => {
  const rows = firingRows(
    [alert("0", 100, 200), alert("1", 700, null), alert("0", 500, 550), alert("2", null, 300)],
    { start, end },
  );
  expect(rows).toEqual([
    { key: '{"gpu":"1"}', label: 'gpu="1"', spans: [{ from: 0.7, to: 1 }], total: 300 },
    {
      key: '{"gpu":"0"}',
      label: 'gpu="0"',
      spans: [
        { from: 0.1, to: 0.2 },
        { from: 0.5, to: 0.55 },
      ],
      total: 150,
    },
  ]);
});
