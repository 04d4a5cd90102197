import { parsePromql } from "@/lib/promql/parse";
import { joinsOf, labelsOfResult, metricsOf, numberIn, numberText, selectorsOf } from "@/lib/promql/read";
import { type Aggregation, type Call, type Expr, everyPart, partsOf, unwrapped } from "@/lib/promql/tree";
import { type SignalId, signals } from "@/lib/signals/catalogue";
import { promDuration } from "@/lib/signals/promql";
import { formatExact } from "@/lib/units";
import type { AlertingRule } from "../rule";
import { isCritical, severityRank } from "../severity";
import { usualLevels } from "../usual-set";
import { type Compared, comparedOf, edited, severityOf, withLevels } from "./compared";
import { type Facts, type Finding, inOrder, type LintedRule } from "./finding";
import { dividesVectors, factorOf, otherNamesOf, type Subject, subjectOf } from "./subject";

/** One rule, read once for all that looks at it. */
interface Look {
  rule: LintedRule;
  tree: Expr;
  compared: Compared | undefined;
  subject: Subject | undefined;
  facts: Facts;
}

/** What is to be said of one rule: what it really compares, and how to say what was meant. The worst first. */
export function lintRule(rule: LintedRule, facts: Facts): Finding[] {
  const parsed = parsePromql(rule.expr);
  if (!parsed.ok) {
    const { line, column, message, from, to } = parsed.error;
    return [
      {
        id: "does-not-parse",
        severity: "error",
        rules: [rule.id],
        text: `Line ${line}, column ${column}: ${message}`,
        corrected: [],
        at: { from, to },
      },
    ];
  }
  const compared = comparedOf(rule);
  const subject = compared === undefined ? undefined : subjectOf(compared.tree);
  const look: Look = { rule, tree: parsed.expr, compared, subject, facts };
  return inOrder(checks.flatMap((check) => check(look)));
}

const checks: readonly ((look: Look) => Finding[])[] = [
  quantiles,
  averagesOfQuantiles,
  joins,
  counters,
  alwaysFires,
  ratioOrPercent,
  bounds,
  windows,
  absentMetrics,
  invertedTiers,
  usualSeverity,
  oneTier,
  causes,
];

const rateFunctions = ["rate", "irate", "increase"];
const isRateOf = (expr: Expr): boolean => {
  const part = unwrapped(expr);
  return part.type === "call" && rateFunctions.includes(part.name);
};

/** The window that a rate is given: five minutes, which most rules have, or four scrapes where they are rarer. */
const windowText = ({ scrapeInterval }: Facts): string =>
  promDuration(Math.max(300, Math.ceil((4 * (scrapeInterval ?? 0)) / 60) * 60));

const isCall = (part: Expr, name: string): part is Call => part.type === "call" && part.name === name;

// --- histograms -------------------------------------------------------------------------------------------------------

function quantiles({ rule, tree, facts }: Look): Finding[] {
  return [...everyPart(tree)].flatMap((part): Finding[] => {
    if (!isCall(part, "histogram_quantile")) return [];
    const [level, buckets] = part.args as [Expr, Expr];
    const quantile = numberIn(level);
    const name = quantile === undefined ? "the quantile" : `p${Number((quantile * 100).toPrecision(12))}`;
    const metric = metricsOf(buckets)[0] ?? "the histogram";
    // Of a native histogram there is no `le`, and the function takes it as it is.
    const isClassic = metric.endsWith("_bucket");
    if (!isClassic) return [];
    const inner = unwrapped(buckets);
    const aggregation = inner.type === "aggregation" ? inner : undefined;
    const hasRate = [...everyPart(buckets)].some(isRateOf);
    const at = { from: part.from, to: part.to };
    const common = { rules: [rule.id], at };

    if (aggregation !== undefined && !keepsLe(aggregation))
      return [
        {
          ...common,
          id: "histogram-without-le",
          severity: "error",
          text: `It never fires: ${aggregation.op} drops the label le, without which ${name} of ${metric} cannot be told, so the result is empty.`,
          corrected: [
            {
              title: "Keep le",
              rules: [
                {
                  ...rule,
                  expr: edited(rule.expr, [
                    {
                      from: aggregation.from,
                      to: aggregation.to,
                      text: `sum by (${["le", ...(aggregation.by ?? [])].join(", ")}) (${rule.expr.slice(aggregation.expr.from, aggregation.expr.to)})`,
                    },
                  ]),
                },
              ],
            },
          ],
        },
      ];
    const innermost = aggregation?.expr ?? inner;
    const text = rule.expr.slice(innermost.from, innermost.to);
    const rated = hasRate ? text : ratedText(text, innermost, facts);
    const summed =
      aggregation === undefined
        ? `sum by (le) (${rated})`
        : edited(rule.expr.slice(aggregation.from, aggregation.to), [
            {
              from: aggregation.expr.from - aggregation.from,
              to: aggregation.expr.to - aggregation.from,
              text: rated,
            },
          ]);
    const corrected = [
      {
        title: hasRate ? "Of all series together" : `Of the last ${windowText(facts)}, all series together`,
        rules: [{ ...rule, expr: edited(rule.expr, [{ from: inner.from, to: inner.to, text: summed }]) }],
      },
    ];
    if (!hasRate && selectorsOf(buckets).some(({ range }) => range === undefined))
      return [
        {
          ...common,
          id: "histogram-of-all-time",
          severity: "warning",
          text: `Compares the ${name} of every request since each process started${aggregation === undefined ? ", for each series by itself" : ""}: buckets only ever grow. A slow hour today is lost among the days before, and a slow day long ago keeps it firing. rate() takes the last minutes, and sum by (le) takes all replicas together.`,
          corrected,
        },
      ];
    if (aggregation === undefined)
      return [
        {
          ...common,
          id: "histogram-per-series",
          severity: "info",
          text: `Compares the ${name} of each series by itself, so each replica fires alone, and one with few requests on chance. sum by (le) takes all requests together.`,
          corrected,
        },
      ];
    return [];
  });
}

/** Buckets over the last minutes: around a bare selector, or the selector within its offset. */
const ratedText = (text: string, expr: Expr, facts: Facts): string => {
  const window = windowText(facts);
  if (expr.type !== "shifted") return `rate(${text}[${window}])`;
  const at = expr.expr.to - expr.from;
  return `rate(${text.slice(0, at)}[${window}]${text.slice(at)})`;
};

const keepsLe = ({ by, without }: Aggregation): boolean =>
  by === undefined ? without !== undefined && !without.includes("le") : by.includes("le");

function averagesOfQuantiles({ rule, tree }: Look): Finding[] {
  return [...everyPart(tree)].flatMap((part): Finding[] => {
    if (part.type !== "aggregation" || (part.op !== "avg" && part.op !== "sum")) return [];
    const isOfQuantiles =
      [...everyPart(part.expr)].some((inner) => isCall(inner, "histogram_quantile")) ||
      selectorsOf(part.expr).some(({ matchers }) => matchers.some(({ label }) => label === "quantile"));
    return isOfQuantiles
      ? [
          {
            id: "average-of-quantiles",
            severity: "warning",
            rules: [rule.id],
            text: `Takes the ${part.op === "avg" ? "average" : "sum"} of percentiles, which is the percentile of nothing: one slow replica among ten hides in it. Sum the buckets first (sum by (le)), then take the percentile.`,
            corrected: [],
            at: { from: part.from, to: part.to },
          },
        ]
      : [];
  });
}

function bounds({ rule, compared, subject, facts }: Look): Finding[] {
  if (compared === undefined) return [];
  const call = [...everyPart(compared.tree)].find((part) => isCall(part, "histogram_quantile"));
  const metric = call === undefined ? undefined : metricsOf(call)[0];
  if (metric === undefined) return [];
  const known = facts.boundsOf(metric.replace(/_bucket$/, ""));
  if (known === undefined || known.length === 0) return [];
  const factor = factorOf(compared.tree);
  const finite = known.filter(Number.isFinite).map((bound) => bound * factor);
  const say = (value: number): string => inUnit(subject, value);
  return compared.levels.flatMap(({ threshold, severity }): Finding[] => {
    const isAt = finite.some((bound) => Math.abs(bound - threshold) <= 1e-9 * Math.max(1, Math.abs(bound)));
    const below = finite.filter((bound) => bound < threshold).at(-1) ?? null;
    const above = finite.find((bound) => bound > threshold) ?? null;
    const last = finite.at(-1)!;
    const isUpward = compared.op === ">" || compared.op === ">=";
    const moved = (to: number) => ({
      title: `Compare with ${say(to)}`,
      rules: [
        withLevels(
          rule,
          compared,
          compared.levels.map((each) => (each.threshold === threshold ? { ...each, threshold: to } : each)),
        ),
      ],
    });
    const of = severity === null ? "" : ` (${severity})`;
    if (isUpward && (threshold > last || (isAt && above === null && compared.op === ">"))) {
      const lower = finite.filter((bound) => bound < Math.min(threshold, last)).at(-1);
      return [
        {
          id: "above-last-bucket",
          severity: "error",
          rules: [rule.id],
          text: `It never fires${of}: the last bucket of ${metric} ends at ${say(last)}, and a quantile beyond it is told as ${say(last)}, which is not above ${say(threshold)}.`,
          corrected: lower === undefined ? [] : [moved(lower)],
          bounds: { below: last, above: null },
        },
      ];
    }
    if (isAt) return [];
    const nearest = [below, above]
      .filter((bound) => bound !== null)
      .sort((a, b) => Math.abs(a - threshold) - Math.abs(b - threshold));
    return [
      {
        id: "no-bucket-bound",
        severity: "info",
        rules: [rule.id],
        text: `No bucket of ${metric} ends at ${say(threshold)}${of}. Whether the quantile lies between ${say(below ?? 0)} and ${above === null ? "more" : say(above)} is known; where within is guessed along a straight line.`,
        corrected: nearest.map(moved),
        bounds: { below, above },
      },
    ];
  });
}

const inUnit = (subject: Subject | undefined, value: number): string =>
  subject === undefined
    ? numberText(value)
    : formatExact(value * subject.toSignal, signals[subject.signal].unit);

// --- matching ---------------------------------------------------------------------------------------------------------

function joins({ rule, facts }: Look): Finding[] {
  return joinsOf(rule.expr).flatMap(({ op, matching, binary }): Finding[] => {
    if (op === "or") return [];
    const [left, right] = [binary.left, binary.right].map((side) =>
      labelsOfResult(side, (metric) => facts.labelsOf(metric)),
    );
    const at = { from: binary.from, to: binary.to };
    const [leftName, rightName] = [binary.left, binary.right].map(
      (side) => metricsOf(side)[0] ?? "the other side",
    ) as [string, string];
    if (left === undefined || right === undefined) {
      const isOfRates = isRateOf(binary.left) && isRateOf(binary.right);
      const isPlain = matching.on === undefined && matching.ignoring === undefined;
      if (op !== "/" || !isOfRates || !isPlain || leftName === rightName) return [];
      return [
        {
          id: "matches-by-all-labels",
          severity: "info",
          rules: [rule.id],
          text: `Divides each series of ${leftName} by the one of ${rightName} with exactly the same labels, so it fires a series at a time, and never where one of them carries a label that the other lacks, such as type. sum(…) / sum(…) is the share of all.`,
          corrected: summedDivision(rule, binary),
          at,
        },
      ];
    }
    const joined = (labels: ReadonlySet<string>): string[] =>
      matching.on !== undefined
        ? matching.on.filter((label) => labels.has(label))
        : [...labels].filter((label) => !(matching.ignoring ?? []).includes(label));
    const [ofLeft, ofRight] = [joined(left), joined(right)];
    const onlyLeft = ofLeft.filter((label) => !ofRight.includes(label));
    const onlyRight = ofRight.filter((label) => !ofLeft.includes(label));
    if (onlyLeft.length === 0 && onlyRight.length === 0) return [];
    // `unless` lets everything through where nothing matches.
    if (op === "unless") return [];
    const carry = [
      ...(onlyLeft.length === 0
        ? []
        : [`${leftName} carries ${list(onlyLeft)}, which ${rightName} does not`]),
      ...(onlyRight.length === 0
        ? []
        : [`${rightName} carries ${list(onlyRight)}, which ${leftName} does not`]),
    ].join(", and ");
    const isOfRates = isRateOf(binary.left) || isRateOf(binary.right);
    return [
      {
        id: "never-matches",
        severity: "error",
        rules: [rule.id],
        text: `It never fires: ${op} joins series whose labels are the same, and ${carry}. So no two match, and the result is empty.`,
        corrected: isOfRates
          ? summedDivision(rule, binary)
          : joinedBy(rule, binary, { left, right, onlyLeft, onlyRight }),
        at,
      },
    ];
  });
}

const list = (labels: readonly string[]): string => labels.join(" and ");

/** Both sides summed, by the labels of the one that is summed already. */
function summedDivision(rule: AlertingRule, { left, right }: { left: Expr; right: Expr }) {
  const sides = [left, right].map(unwrapped);
  const summed = sides.find((side) => side.type === "aggregation");
  const by = summed?.type === "aggregation" ? (summed.by ?? []) : [];
  if (sides.every((side) => side.type === "aggregation")) return [];
  const grouping = by.length === 0 ? "" : ` by (${by.join(", ")}) `;
  const edits = [left, right].flatMap((side, index) =>
    sides[index]!.type === "aggregation"
      ? []
      : [
          {
            from: side.from,
            to: side.to,
            text: `sum${grouping}(${rule.expr.slice(sides[index]!.from, sides[index]!.to)})`,
          },
        ],
  );
  return [{ title: "The share of all", rules: [{ ...rule, expr: edited(rule.expr, edits) }] }];
}

/** The operator told to join by what both sides carry. */
function joinedBy(
  rule: AlertingRule,
  binary: { left: Expr; right: Expr; op: string; matching: object },
  {
    left,
    right,
    onlyLeft,
    onlyRight,
  }: { left: ReadonlySet<string>; right: ReadonlySet<string>; onlyLeft: string[]; onlyRight: string[] },
) {
  const common = [...left].filter((label) => right.has(label)).sort();
  const isSet = ["and", "unless"].includes(binary.op);
  if (Object.keys(binary.matching).length > 0 || (onlyLeft.length > 0 && onlyRight.length > 0 && !isSet))
    return [];
  const group = isSet
    ? ""
    : onlyLeft.length > 0
      ? " group_left ()"
      : onlyRight.length > 0
        ? " group_right ()"
        : "";
  const text = ` ${binary.op} on (${common.join(", ")})${group} `;
  return [
    {
      title: `Join by ${list(common)}`,
      rules: [{ ...rule, expr: edited(rule.expr, [{ from: binary.left.to, to: binary.right.from, text }]) }],
    },
  ];
}

// --- what is compared -------------------------------------------------------------------------------------------------

const counterName =
  /(request|error|failure|token|event|preemption|call|quer(y|ie)|hit|drop|abort|restart|retr(y|ie)|success)s?_total$/;

function counters({ rule, compared, facts }: Look): Finding[] {
  if (compared === undefined) return [];
  const bare = [...barePaths(compared.tree)].filter((name) => counterName.test(name));
  const [metric] = bare;
  if (metric === undefined || !["selector", "aggregation"].includes(unwrapped(compared.tree).type)) return [];
  const window = windowText(facts);
  const edits = selectorsOf(rule.expr)
    .filter((selected) => selected.metric === metric && selected.range === undefined)
    .map(({ from, to }) => ({ from, to, text: `increase(${rule.expr.slice(from, to)}[${window}])` }));
  return [
    {
      id: "counter-of-all-time",
      severity: "warning",
      rules: [rule.id],
      text: `Compares all that ${metric} has counted since each process started: it is passed some day, whatever happens, and begins again at 0 with a restart. increase() counts the last minutes.`,
      corrected: [{ title: `In the last ${window}`, rules: [{ ...rule, expr: edited(rule.expr, edits) }] }],
    },
  ];
}

/** The metrics whose value is taken as it stands. */
function* barePaths(expr: Expr): Generator<string> {
  if (expr.type === "selector") {
    if (expr.name !== undefined) yield expr.name;
    return;
  }
  if (expr.type === "matrix" || expr.type === "subquery" || expr.type === "call") return;
  for (const part of partsOf(expr)) yield* barePaths(part);
}

function alwaysFires({ rule, tree }: Look): Finding[] {
  if (rule.comparison !== null) return [];
  const top = unwrapped(tree);
  const common = { id: "always-fires", severity: "error", rules: [rule.id] } as const;
  if (top.type === "binary" && top.isBool) {
    const bool = /\bbool\s*/.exec(rule.expr.slice(top.left.to))!;
    const from = top.left.to + bool.index;
    const numbers = numberIn(top.left) !== undefined && numberIn(top.right) !== undefined;
    return [
      {
        ...common,
        text: "It fires for every series at all times: with bool a comparison gives 0 or 1, and an alert fires for every series that there is, also for 0.",
        corrected: numbers
          ? []
          : [
              {
                title: "Without bool",
                rules: [
                  { ...rule, expr: edited(rule.expr, [{ from, to: from + bool[0].length, text: "" }]) },
                ],
              },
            ],
      },
    ];
  }
  if (filters(tree)) return [];
  // A heartbeat is meant to.
  if (metricsOf(tree).length === 0) return [];
  return [
    {
      ...common,
      text: "It fires for every series at all times: nothing is compared, and an alert fires for every series that its expression gives, whatever the value.",
      corrected: [],
    },
  ];
}

const filteringOperators = new Set([">", ">=", "<", "<=", "==", "!=", "and", "unless"]);

/** Whether an expression leaves something out where all is well. */
const filters = (tree: Expr): boolean =>
  [...everyPart(tree)].some(
    (part) =>
      (part.type === "binary" && filteringOperators.has(part.op) && !part.isBool) ||
      (part.type === "call" && part.name.startsWith("absent")) ||
      (part.type === "selector" && part.name?.startsWith("ALERTS") === true),
  );

function ratioOrPercent({ rule, compared, subject, tree }: Look): Finding[] {
  if (compared === undefined) return [];
  const { op, levels } = compared;
  if (op !== ">" && op !== ">=") return [];
  const isRatio =
    subject === undefined ? looksLikeRatio(compared.tree) : signals[subject.signal].unit === "ratio";
  if (!isRatio) return [];
  const toRatio = subject?.toSignal ?? 1 / factorOf(compared.tree);
  const scaled = (by: number) => [
    {
      title: `Compare with ${levels.map(({ threshold }) => numberText(rounded(threshold * by))).join(" and ")}`,
      rules: [
        withLevels(
          rule,
          compared,
          levels.map((level) => ({ ...level, threshold: rounded(level.threshold * by) })),
        ),
      ],
    },
  ];
  const common = {
    id: "ratio-or-percent",
    severity: "error",
    rules: [rule.id],
    at: { from: tree.from, to: tree.to },
  } as const;
  const most = Math.max(...levels.map(({ threshold }) => threshold * toRatio));
  const isBeyond = (ratio: number): boolean => (op === ">" ? ratio >= 1 : ratio > 1);
  if (levels.every(({ threshold }) => isBeyond(threshold * toRatio)))
    return [
      {
        ...common,
        text: `It never fires: this is a share between 0 and 1, and ${numberText(levels[0]!.threshold)} would be ${percent(levels[0]!.threshold * toRatio)}.`,
        corrected: toRatio === 1 && most > 1 ? scaled(0.01) : [],
      },
    ];
  const isPercent = Math.abs(toRatio - 0.01) < 1e-12;
  if (isPercent && levels.every(({ threshold }) => threshold > 0 && threshold < 1) && subject !== undefined)
    return [
      {
        ...common,
        text: `It fires nearly always: this is in percent, from 0 to 100, and ${numberText(levels[0]!.threshold)} is ${percent(levels[0]!.threshold * toRatio)}.`,
        corrected: scaled(100),
      },
    ];
  return [];
}

const rounded = (value: number): number => Number(value.toPrecision(12));
const percent = (ratio: number): string => formatExact(rounded(ratio), "ratio");

function looksLikeRatio(tree: Expr): boolean {
  const names = metricsOf(tree);
  if (names.length === 1) return /_ratio$|_perc$/.test(names[0]!) && !dividesVectors(tree);
  const [part, whole] = names;
  return (
    names.length === 2 &&
    dividesVectors(tree) &&
    /error|fail|used|hit|abort/.test(part!) &&
    /request|total|size|limit|quer|capacity/.test(whole!)
  );
}

function windows({ rule, tree, facts }: Look): Finding[] {
  const { scrapeInterval } = facts;
  if (scrapeInterval === undefined) return [];
  const least = 4 * scrapeInterval;
  const short = [...everyPart(tree)].flatMap((part) => {
    if (part.type !== "call" || ![...rateFunctions, "delta", "idelta", "deriv"].includes(part.name))
      return [];
    return part.args.flatMap((arg) => {
      const inner = arg.type === "shifted" ? arg.expr : arg;
      return inner.type === "matrix" && inner.range !== undefined && inner.range < least ? [inner] : [];
    });
  });
  const [first] = short;
  if (first === undefined) return [];
  const text = promDuration(least < 60 ? least : Math.ceil(least / 60) * 60);
  return [
    {
      id: "window-too-short",
      severity: first.range! < 2 * scrapeInterval ? "error" : "warning",
      rules: [rule.id],
      text: `Looks back ${promDuration(first.range!)}, while a sample comes every ${promDuration(scrapeInterval)}: ${first.range! < 2 * scrapeInterval ? "a rate needs two samples, so it is mostly empty and never fires" : "one scrape that fails leaves no rate, and the alert resolves"}. Four scrapes are ${promDuration(least)}.`,
      corrected: [
        {
          title: `Look back ${text}`,
          rules: [
            {
              ...rule,
              expr: edited(
                rule.expr,
                short.map(({ rangeText: { from, to } }) => ({ from, to, text })),
              ),
            },
          ],
        },
      ],
      at: { from: first.rangeText.from, to: first.rangeText.to },
    },
  ];
}

function absentMetrics({ rule, tree, facts }: Look): Finding[] {
  // What is looked for because it may be gone is meant to be.
  const meant = new Set(
    [...everyPart(tree)].flatMap((part) =>
      part.type === "call" && part.name.startsWith("absent") ? metricsOf(part) : [],
    ),
  );
  return metricsOf(tree).flatMap((metric): Finding[] => {
    if (meant.has(metric) || /^ALERTS(_FOR_STATE)?$/.test(metric)) return [];
    if (facts.seenInLastSevenDays(metric) !== false) return [];
    const other = otherNamesOf(metric).find((name) => facts.seenInLastSevenDays(name) === true);
    const edits =
      other === undefined
        ? []
        : selectorsOf(rule.expr)
            .filter((selected) => selected.metric === metric)
            .map(({ from }) => ({ from, to: from + metric.length, text: other }));
    return [
      {
        id: "metric-absent",
        severity: "error",
        rules: [rule.id],
        text: `It never fires: nothing named ${metric} has been there for seven days.${other === undefined ? "" : ` ${other} has, which is the same in another release.`}`,
        corrected:
          other === undefined
            ? []
            : [{ title: `Read ${other}`, rules: [{ ...rule, expr: edited(rule.expr, edits) }] }],
      },
    ];
  });
}

// --- severity ---------------------------------------------------------------------------------------------------------

function invertedTiers({ rule, compared }: Look): Finding[] {
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

function usualSeverity({ rule, compared, subject }: Look): Finding[] {
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

function oneTier({ rule, compared, subject }: Look): Finding[] {
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

function causes({ rule, compared, subject }: Look): Finding[] {
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
