import { numberText } from "@/lib/promql/read";
import { type SignalId, signals } from "@/lib/signals/catalogue";
import { isCritical, severityRank } from "../severity";
import { usualLevels } from "../usual-set";
import { severityOf, withLevels } from "./compared";
import type { Finding } from "./finding";
import { inUnit, type Look, rounded } from "./look";
import type { Subject } from "./subject";

/** Tiers of which the more severe one is passed first. */
export function invertedTiers({ rule, compared }: Look): Finding[] {
  if (compared === undefined || compared.levels.length < 2) return [];
  const { op } = compared;
  const isUpward = op === ">" || op === ">=";
  if (!isUpward && op !== "<" && op !== "<=") return [];
  // From the least severe to the most, thresholds must get harder to pass.
  const bySeverity = [...compared.levels].sort((a, b) => severityRank(b.severity) - severityRank(a.severity));
  const wrong = bySeverity.find((level, index) => {
    const worse = bySeverity[index + 1];
    if (worse === undefined || severityRank(worse.severity) === severityRank(level.severity)) return false;
    return isUpward ? level.threshold >= worse.threshold : level.threshold <= worse.threshold;
  });
  if (wrong === undefined) return [];
  const worse = bySeverity[bySeverity.indexOf(wrong) + 1]!;
  const thresholds = bySeverity.map(({ threshold }) => threshold).sort((a, b) => (isUpward ? a - b : b - a));
  const isSame = wrong.threshold === worse.threshold;
  return [
    {
      id: "tiers-inverted",
      severity: "error",
      rules: [rule.id],
      text: `${wrong.severity ?? "The lower tier"} (${op} ${numberText(wrong.threshold)}) is ${isSame ? "the same threshold as" : "only passed beyond"} ${worse.severity} (${op} ${numberText(worse.threshold)}): nobody is warned before it is ${worse.severity}.`,
      corrected: isSame
        ? []
        : [
            {
              title: "Swap the thresholds",
              rules: [
                withLevels(
                  rule,
                  compared,
                  bySeverity.map((level, index) => ({ ...level, threshold: thresholds[index]! })),
                ),
              ],
            },
          ],
    },
  ];
}

/** The usual thresholds in the expression's own unit, as the rule's tiers. */
function usualTiers(subject: Subject | undefined) {
  if (subject === undefined) return undefined;
  const usual = usualLevels(subject.signal, subject.quantile);
  if (usual === undefined) return undefined;
  const own = (value: number): number => rounded(value / subject.toSignal);
  return { warning: own(usual.warning), critical: own(usual.critical) };
}

const asTiers = ({ warning, critical }: { warning: number; critical: number }) => [
  { severity: "warning", threshold: warning },
  { severity: "critical", threshold: critical },
];

/** Thresholds whose severity is another in the usual set. */
export function usualSeverity({ rule, compared, subject }: Look): Finding[] {
  const usual = usualTiers(subject);
  if (compared === undefined || usual === undefined || (compared.op !== ">" && compared.op !== ">="))
    return [];
  const { title } = signals[subject!.signal];
  return compared.levels.flatMap(({ severity, threshold }): Finding[] => {
    if (severity === null || severityRank(severity) > severityRank("warning")) return [];
    const isTold = isCritical(severity);
    const isUsually = threshold >= usual.critical ? true : threshold >= usual.warning ? false : undefined;
    if (isUsually === undefined || isTold === isUsually) return [];
    const say = (value: number): string => inUnit(subject, value);
    return [
      {
        id: "severity-contradicts",
        severity: "warning",
        rules: [rule.id],
        text: `${title} above ${say(threshold)} is ${severity} here, and ${isUsually ? "critical" : "a warning"} in the usual set: warning above ${say(usual.warning)}, critical above ${say(usual.critical)}.`,
        corrected: [
          {
            title: `Warn above ${say(usual.warning)}, critical above ${say(usual.critical)}`,
            rules: [withLevels(rule, compared, asTiers(usual))],
          },
        ],
      },
    ];
  });
}

/** Rules without a second tier. */
export function oneTier({ rule, compared, subject }: Look): Finding[] {
  // An event is there or not: there is nothing to warn of before.
  if (compared === undefined || compared.levels.length > 1) return [];
  const [{ threshold, severity }] = compared.levels as [{ threshold: number; severity: string | null }];
  if (threshold === 0 || compared.op === "==" || compared.op === "!=") return [];
  const usual = usualTiers(subject);
  const isUsable = usual !== undefined && (compared.op === ">" || compared.op === ">=");
  const missing = severity === null ? undefined : isCritical(severity) ? "warning" : "critical";
  return [
    {
      id: "one-tier",
      severity: "info",
      rules: [rule.id],
      text:
        missing === undefined
          ? `It has one tier, without a severity: nothing tells a warning from what must be seen to at once.`
          : missing === "warning"
            ? `It has one tier, ${severity}: nobody is warned before.`
            : `It has one tier, ${severity}: how much worse it gets makes no difference.`,
      corrected: isUsable
        ? [
            {
              title: `Warn above ${inUnit(subject, usual.warning)}, critical above ${inUnit(subject, usual.critical)}`,
              rules: [withLevels(rule, compared, asTiers(usual))],
            },
          ]
        : [],
    },
  ];
}

/** What may be high while every user is served well, and what tells whether they are. */
const causeSignals: Partial<Record<SignalId, string>> = {
  gpu_utilization:
    "a GPU that serves batches is healthy at 95 %. Whether anyone waits, latency and queue depth tell",
  gpu_sm_active: "a busy GPU is what it was bought for. Whether anyone waits, latency and queue depth tell",
  gpu_memory_ratio:
    "engines take most of it when they start (vLLM 90 %), and then it says nothing. KV cache usage and preemptions tell whether it is short",
  gpu_memory_used:
    "engines take most of it when they start (vLLM 90 %), and then it says nothing. KV cache usage and preemptions tell whether it is short",
  host_cpu_utilization: "a busy processor harms nobody by itself. Latency tells whether anyone waits",
  host_load: "a busy host harms nobody by itself. Latency tells whether anyone waits",
};

/** Causes that page although every user may be served well. */
export function causes({ rule, compared, subject }: Look): Finding[] {
  const why = subject === undefined ? undefined : causeSignals[subject.signal];
  if (why === undefined || compared === undefined || rule.mode === "observe") return [];
  const isUpward = compared.op === ">" || compared.op === ">=";
  const pages = rule.levels.some(
    (level) => severityRank(severityOf(rule, level) ?? "warning") <= severityRank("warning"),
  );
  if (!isUpward || !pages) return [];
  return [
    {
      id: "cause-pages",
      severity: "warning",
      rules: [rule.id],
      text: `${signals[subject!.signal].title} is a cause and no symptom: ${why}.`,
      corrected: [{ title: "Observe it and page nobody", rules: [rule], mode: "observe" }],
    },
  ];
}
