import type { State } from "@/components/ui/state";
import type { GpuLine } from "@/lib/dashboards/fleet";
import type { GpuHealth, HealthAnswers } from "@/lib/dashboards/gpu-faults";
import { answerName } from "@/lib/dashboards/placement";
import { clockReasons, clockReasonWords, clockState } from "@/lib/gpu/clock-events";
import { memoryHealth } from "@/lib/gpu/memory-health";
import { type XidUrgency, xidFacts } from "@/lib/gpu/xid";
import type { SignalResult } from "@/lib/signals/schema";
import { format } from "@/lib/units";

/** One thing that is wrong with a GPU. */
export interface FaultRow {
  key: string;
  gpu: string;
  name: string;
  state: Extract<State, "critical" | "warning" | "info">;
  what: string;
  meaning: string;
  action: string;
}

/** A clock that was held back for less of the range is the way of things. */
const throttledShare = 0.01;
const throttledOften = 0.1;

const urgencies: Record<XidUrgency, FaultRow["state"]> = {
  none: "info",
  watch: "warning",
  restart: "warning",
  reset: "critical",
  drain: "critical",
  replace: "critical",
};

/** What is wrong with the GPUs, in words, the worst first; empty where nothing is. */
export function faultRows(gpus: readonly GpuHealth[]): FaultRow[] {
  const order: FaultRow["state"][] = ["critical", "warning", "info"];
  return gpus
    .flatMap((gpu) => [...xidRows(gpu), ...memoryRows(gpu), ...clockRows(gpu)])
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
}

const healthQueries = ["xid", "uncorrected", "corrected", "remaps", "remapFailure", "throttled"] as const;

/** The answers of a panel of faults by its queries, of all services; empty before any. */
export const healthAnswers = (results: ReadonlyMap<string, SignalResult> | undefined): HealthAnswers =>
  Object.fromEntries(
    healthQueries.map((query) => [
      query,
      [...(results ?? [])].filter(([name]) => name.startsWith(answerName(query, ""))).map(([, one]) => one),
    ]),
  ) as unknown as HealthAnswers;

/** The key of the GPU to look at first: of those with a fault that wants something done the worst, else the busiest. */
export function firstGpu(
  gpus: readonly Pick<GpuLine, "key" | "values">[],
  faults: readonly Pick<FaultRow, "gpu" | "state">[],
): string | undefined {
  const faulty = faults.find(({ gpu, state }) => state !== "info" && gpus.some(({ key }) => key === gpu));
  if (faulty !== undefined) return faulty.gpu;
  const now = ({ values }: Pick<GpuLine, "values">): number =>
    values.slice(-2).findLast((value) => value !== null) ?? Number.NEGATIVE_INFINITY;
  const [first, ...others] = gpus;
  return others.reduce((best, gpu) => (best !== undefined && now(gpu) <= now(best) ? best : gpu), first)?.key;
}

const xidRows = ({ key, name, xids }: GpuHealth): FaultRow[] =>
  (xids ?? []).flatMap((code) => {
    const facts = xidFacts(code);
    return facts === null
      ? []
      : [
          {
            key: `${key} xid ${code}`,
            gpu: key,
            name,
            state: urgencies[facts.urgency],
            what: `XID ${code}`,
            meaning:
              facts.classes.length === 0
                ? facts.meaning
                : `${facts.meaning} (usually ${facts.classes.join(" or ")})`,
            action: facts.action,
          },
        ];
  });

function memoryRows({ key, name, ...errors }: GpuHealth): FaultRow[] {
  const { verdict, text, action } = memoryHealth(errors);
  if (verdict === "ok" || verdict === "unknown") return [];
  return [
    {
      key: `${key} memory`,
      gpu: key,
      name,
      state: verdict === "watch" ? "warning" : "critical",
      what: verdict === "watch" ? "Row remaps" : verdict === "replace" ? "Remap failed" : "ECC uncorrected",
      meaning: text,
      action: action ?? "Nothing.",
    },
  ];
}

function clockRows({ key, name, throttled }: GpuHealth): FaultRow[] {
  return throttled
    .filter(({ share }) => share >= throttledShare)
    .map(({ reason, share }) => {
      const { verdicts, action } = clockState(clockReasons.find((one) => one.name === reason)?.bit ?? 0);
      const isGrave = verdicts.some((verdict) => verdict === "thermal" || verdict === "hardware");
      return {
        key: `${key} clock ${reason}`,
        gpu: key,
        name,
        state: isGrave && share >= throttledOften ? ("warning" as const) : ("info" as const),
        what: `Throttled ${format(share, "ratio")} of the time`,
        meaning: `Its clock was ${clockReasonWords(reason)}`,
        action: action ?? "Nothing.",
      };
    });
}
