import { throttleReasons } from "@/lib/signals/profiles/throttle-reasons";

/** What holds a GPU's clock back. */
export type ClockVerdict = "thermal" | "power" | "hardware" | "boost_group" | "unknown";

export interface ClockReason {
  /** As nvidia-smi and the exporters name it. */
  name: string;
  bit: number;
  /** Null where the reason is no problem. */
  verdict: ClockVerdict | null;
  words: string;
}

const {
  sw_power_cap,
  hw_slowdown,
  sync_boost,
  sw_thermal_slowdown,
  hw_thermal_slowdown,
  hw_power_brake_slowdown,
} = throttleReasons;

/** The reasons in the mask of NVML and DCGM, by their bits. */
export const clockReasons: readonly ClockReason[] = [
  { name: "gpu_idle", bit: 0x1, verdict: null, words: "idle" },
  { name: "applications_clocks_setting", bit: 0x2, verdict: null, words: "the clock was set on purpose" },
  { name: "sw_power_cap", bit: sw_power_cap, verdict: "power", words: "at its power limit" },
  {
    name: "hw_slowdown",
    bit: hw_slowdown,
    verdict: "hardware",
    words: "slowed down by the hardware (temperature, power brake or a fast trigger)",
  },
  {
    name: "sync_boost",
    bit: sync_boost,
    verdict: "boost_group",
    words: "held at the clock of the slowest GPU of its boost group",
  },
  {
    name: "sw_thermal_slowdown",
    bit: sw_thermal_slowdown,
    verdict: "thermal",
    words: "slowed down by the driver, since it is hot",
  },
  {
    name: "hw_thermal_slowdown",
    bit: hw_thermal_slowdown,
    verdict: "thermal",
    words: "slowed down by the hardware to half its clock or less, since it is hot",
  },
  {
    name: "hw_power_brake_slowdown",
    bit: hw_power_brake_slowdown,
    verdict: "power",
    words: "slowed down by the power brake of the supply or the rack",
  },
  { name: "display_clock_setting", bit: 0x100, verdict: null, words: "held at the display's clock" },
];

const actions: Record<ClockVerdict, string> = {
  thermal: "Check cooling, fans and the temperature of the air that goes in.",
  power: "It runs as fast as its power limit lets it. Raise the limit, or accept the pace.",
  hardware: "Look for what triggered it: temperature, power cables, then the board.",
  boost_group: "Look at the other GPUs of its group.",
  unknown: "Look the bit up in the documentation of this driver.",
};

export interface ClockState {
  reasons: ClockReason[];
  /** What holds the clock back, the gravest first; empty where nothing does. */
  verdicts: ClockVerdict[];
  text: string;
  /** What to do; null where there is nothing to do. */
  action: string | null;
}

const gravity: ClockVerdict[] = ["thermal", "hardware", "power", "boost_group", "unknown"];

/**
 * The mask of clock event reasons (formerly throttle reasons) in words. `hw_slowdown` beside a thermal or power reason is
 * explained by it and gives no verdict of its own.
 */
export function clockState(mask: number): ClockState {
  const known = clockReasons.filter(({ bit }) => hasBit(mask, bit));
  const rest = mask - known.reduce((sum, { bit }) => sum + bit, 0);
  const reasons: ClockReason[] =
    rest === 0
      ? known
      : [
          ...known,
          {
            name: `0x${rest.toString(16)}`,
            bit: rest,
            verdict: "unknown",
            words: `an unknown reason 0x${rest.toString(16)}`,
          },
        ];
  const found = new Set(reasons.flatMap(({ verdict }) => verdict ?? []));
  if (found.has("thermal") || found.has("power")) found.delete("hardware");
  const verdicts = gravity.filter((verdict) => found.has(verdict));
  return {
    reasons,
    verdicts,
    text: reasons.length === 0 ? "at full clock" : reasons.map(({ words }) => words).join(", "),
    action: verdicts.length === 0 ? null : verdicts.map((verdict) => actions[verdict]).join(" "),
  };
}

/** A reason's words by its name, as the dimension `reason` of the signal `gpu_throttle_reasons` has it. */
export const clockReasonWords = (name: string): string =>
  clockReasons.find((reason) => reason.name === name)?.words ?? name;

// Not `&`, which takes 32 bits only; a mask may have 64, of which a double holds 53.
const hasBit = (mask: number, bit: number): boolean => Math.floor(mask / bit) % 2 === 1;
