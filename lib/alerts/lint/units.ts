import { metricsOf } from "@/lib/promql/read";
import { everyPart } from "@/lib/promql/tree";
import { signals } from "@/lib/signals/catalogue";
import { format, formatExact } from "@/lib/units";
import { usualLevels } from "../usual-set";
import type { Compared } from "./compared";
import type { Finding } from "./finding";
import { isRateOf, type Look, rounded, scaledRule } from "./look";
import { factorOf, type Subject } from "./subject";

/** From here on, in multiples of what is usual, a time was meant in another unit. */
const farAbove = 40;
const farBelow = 1 / 40;
/** Nobody compares the memory of a GPU or a host with less. Bytes. */
const leastMemory = 1_048_576;

/** Thresholds a thousand times too large or too small: milliseconds that are seconds, gigabytes that are bytes. */
export function wrongUnits({ rule, compared, subject, tree }: Look): Finding[] {
  if (compared === undefined) return [];
  const { op, levels } = compared;
  const isUpward = op === ">" || op === ">=";
  if (!isUpward || levels.some(({ threshold }) => threshold <= 0)) return [];
  const scaled = (by: number, title: string) => ({
    title,
    rules: [scaledRule(rule, compared, by)],
  });
  const common = {
    id: "wrong-unit",
    severity: "warning",
    rules: [rule.id],
    at: { from: tree.from, to: tree.to },
  } as const;
  const thresholds = levels.map(({ threshold }) => threshold);
  const [least, most] = [Math.min(...thresholds), Math.max(...thresholds)];
  if (subject !== undefined && signals[subject.signal].unit === "seconds") {
    const usual = [subject.quantile, 0.99, 0.95]
      .map((quantile) => usualLevels(subject.signal, quantile))
      .find((levels) => levels !== undefined);
    if (usual === undefined) return [];
    const { toSignal } = subject;
    const say = (value: number): string => formatExact(rounded(value * toSignal), "seconds");
    if (least * toSignal >= farAbove * usual.critical)
      return [
        {
          ...common,
          text: `This is in ${toSignal === 1 ? "seconds" : "another unit than it seems"}, and ${least} is ${say(least)}: it hardly ever fires. Usual is a warning above ${formatExact(usual.warning, "seconds")}.`,
          corrected: [
            scaled(0.001, `Compare with ${thresholds.map((each) => say(each / 1000)).join(" and ")}`),
          ],
        },
      ];
    if (toSignal < 1 && most * toSignal <= farBelow * usual.warning)
      return [
        {
          ...common,
          text: `This is in ${toSignal === 0.001 ? "milliseconds" : "a smaller unit than seconds"}, and ${most} is ${say(most)}: it fires nearly always. Usual is a warning above ${formatExact(usual.warning, "seconds")}.`,
          corrected: [
            scaled(1000, `Compare with ${thresholds.map((each) => say(each * 1000)).join(" and ")}`),
          ],
        },
      ];
    return [];
  }
  const perByte = bytesOf(compared, subject);
  if (perByte === undefined || most * perByte >= leastMemory) return [];
  const gibibytes = 1_073_741_824 / perByte;
  return [
    {
      ...common,
      text: `This is in ${perByte === 1 ? "bytes" : format(perByte, "bytes")}, and ${most} is ${format(most * perByte, "bytes")}: it fires nearly always.`,
      corrected:
        most < 10_000
          ? [
              scaled(
                gibibytes,
                `Compare with ${thresholds.map((each) => format(each * 1_073_741_824, "bytes")).join(" and ")}`,
              ),
            ]
          : [],
    },
  ];
}

/** How many bytes one of the compared value is, where it is an amount of memory. */
function bytesOf(compared: Compared, subject: Subject | undefined): number | undefined {
  if (subject !== undefined) {
    const { unit, title } = signals[subject.signal];
    return unit === "bytes" && /memory/i.test(title) ? subject.toSignal : undefined;
  }
  const { tree } = compared;
  const [metric, other] = metricsOf(tree);
  const isPlain = ["selector", "aggregation"].includes(tree.type) && ![...everyPart(tree)].some(isRateOf);
  return isPlain && other === undefined && metric !== undefined && /memory.*_bytes$/.test(metric)
    ? 1 / factorOf(tree)
    : undefined;
}
