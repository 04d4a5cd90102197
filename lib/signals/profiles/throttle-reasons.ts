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
 * The share of time in each reason, from a gauge of the mask; the first of `masks` that a GPU has. PromQL has no bit
 * operations and no average of a bit over a range, so the bit is taken once a minute; a window that holds no whole minute
 * shows the mask as it stands.
 */
export function shareOfReasons(masks: string[]): Spelling {
  const mask = `(${masks.map((metric) => `${metric}{$selector}`).join(" or ")})`;
  const parts = reasons.map(([reason, bit]) => {
    const isSet = `floor(${mask} / ${bit}) % 2`;
    return named(reason, `avg_over_time((${isSet})[$window:1m]) or ${isSet}`);
  });
  return {
    kind: "expression",
    expression: `max$by(${parts.join(" or ")})`,
    metrics: masks,
    labels: { reason: ["reason"] },
  };
}

/** The same from a gauge of 0 or 1 for each reason, whose name ends with the reason; the first of `prefixes` present. */
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
