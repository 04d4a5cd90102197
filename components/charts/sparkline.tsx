import { cn } from "@/components/ui/class-names";
import { colorToken, type SeriesColor } from "./series";

/**
 * A line without axes, 96 × 24, or as wide as its place where `fluid`. Sparklines of one column share `max` (and `min`,
 * 0 unless told otherwise), so that they can be compared. Gaps stay gaps, a point alone is a dot, the last value gets
 * one too. `target` is a dashed line, and always on the picture.
 */
export function Sparkline({
  values,
  label,
  max,
  min: lowest = 0,
  target,
  color = "reference",
  width = 96,
  height = 24,
  fluid = false,
  className,
}: {
  values: readonly (number | null)[];
  /** What it shows in words: "TTFT p95 over the last hour". */
  label: string;
  max?: number;
  min?: number;
  target?: number;
  color?: SeriesColor;
  width?: number;
  height?: number;
  fluid?: boolean;
  className?: string;
}) {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value));
  const min = Math.min(lowest, target ?? lowest);
  const top = Math.max(max ?? Math.max(...known, min), target ?? min);
  const span = top - min || 1;
  const inset = 3;
  const x = (index: number) => inset + (index / Math.max(1, values.length - 1)) * (width - 2 * inset);
  const y = (value: number) =>
    height - inset - ((Math.min(top, Math.max(min, value)) - min) / span) * (height - 2 * inset);
  const segments: string[] = [];
  const dots: [number, number][] = [];
  let open: [number, number][] = [];
  const close = () => {
    if (open.length === 1) dots.push(open[0]!);
    else if (open.length > 1)
      segments.push(`M${open.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join("L")}`);
    open = [];
  };
  values.forEach((value, index) => {
    if (value === null || !Number.isFinite(value)) close();
    else open.push([x(index), y(value)]);
  });
  const last = open.at(-1);
  close();
  if (last && !dots.includes(last)) dots.push(last);
  const stroke = `var(${colorToken(color)})`;
  return (
    <svg
      role="img"
      aria-label={known.length === 0 ? `${label}: no values` : label}
      width={fluid ? "100%" : width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className={cn("block overflow-visible", className)}
    >
      {target === undefined ? null : (
        <path
          d={`M0,${y(target).toFixed(1)}H${width}`}
          stroke="var(--chart-other)"
          strokeDasharray="2 2"
          vectorEffect="non-scaling-stroke"
        />
      )}
      <path
        d={segments.join("")}
        fill="none"
        stroke={stroke}
        strokeWidth={1.5}
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
      {dots.map(([px, py]) => (
        // A line of no length with round ends stays a dot, however wide the picture is.
        <path
          key={px}
          d={`M${px.toFixed(1)},${py.toFixed(1)}h0`}
          stroke={stroke}
          strokeWidth={4}
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}
