import type { Spelling } from "../profile";

/**
 * The reasons for which a GPU's clock is held back, with their bits in the mask of NVML and DCGM (`nvmlClocksEventReason…`,
 * formerly `nvmlClocksThrottleReason…`), named as nvidia-smi and nvidia_gpu_exporter name them. Bits that say only that
 * the GPU is idle or that a clock was set on purpose are not among them.
 */
export const throttleReasons = {
  sw_power_cap: 0x4,
  hw_slowdown: 0x8,
  sync_boost: 0x10,
  sw_thermal_slowdown: 0x20,
  hw_thermal_slowdown: 0x40,
  hw_power_brake_slowdown: 0x80,
} as const satisfies Record<string, number>;
export type ThrottleReason = keyof typeof throttleReasons;

const named = (reason: string, expr: string): string =>
  `label_replace(${expr}, "reason", "${reason}", "", "")`;

const reasons = Object.entries(throttleReasons);

/**
 * Whether each reason holds, 1 or 0, from a gauge of the mask. PromQL has no bit operations, and a share of time would
 * take each bit at every sample of the window, which for a week of a fleet keeps a Prometheus busy for a minute; so it is
 * the newest sample that shows; from `blank` on it is none. Bits are aggregated before they are put side by side: a sixth of the work.
 */
export function reasonsOfMask(mask: string, blank: number): Spelling {
  const parts = reasons.map(([reason, bit]) =>
    named(reason, `max$by(floor((${mask}{$selector} < ${blank}) / ${bit}) % 2)`),
  );
  return {
    kind: "expression",
    expression: `max$by(${parts.join(" or ")})`,
    metrics: [mask],
    labels: { reason: ["reason"] },
    note: "1 or 0 at each point, as the newest sample shows it; what lies between two points does not show.",
  };
}

/** The share of time in each reason, from gauges of 0 or 1 whose names end with it; the first of `prefixes` present. */
export function shareOfReasonGauges(prefixes: string[]): Spelling {
  const parts = reasons.map(([reason]) =>
    named(
      reason,
      prefixes.map((prefix) => `avg_over_time(${prefix}${reason}{$selector}[$window])`).join(" or "),
    ),
  );
  return {
    kind: "expression",
    expression: `max$by(${parts.join(" or ")})`,
    metrics: prefixes.map((prefix) => `${prefix}sw_power_cap`),
    labels: { reason: ["reason"] },
  };
}
