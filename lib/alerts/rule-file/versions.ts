import { type Requirement, requirementsOf } from "@/lib/promql/requirements";

/**
 * From which release of Prometheus on each part of a rule file is read; before, the whole file is refused for it. Source:
 * prometheus/prometheus, CHANGELOG.md.
 */
const since = {
  limit: "2.31",
  keepFiringFor: "2.42",
  queryOffset: "2.53",
  groupLabels: "3.0",
  /** Names of metrics and labels with any characters, in quotes. */
  utf8Names: "3.0",
} as const;

type VersionedPart = keyof typeof since;

/** What a version does not read, each with the version that it came with; nothing where no version is said. */
export function lacking(version: string | undefined): Partial<Record<VersionedPart, string>> {
  if (version === undefined) return {};
  return Object.fromEntries(
    (Object.entries(since) as [VersionedPart, string][]).filter(([, first]) => isBefore(version, first)),
  );
}

/** Why a version refuses an expression, in words that go behind a rule's name; undefined where it reads it. */
export function refusalOfExpression(expr: string, version: string | undefined): string | undefined {
  if (version === undefined) return undefined;
  for (const requirement of requirementsOf(expr)) {
    const reason = refusal(requirement, version);
    if (reason !== undefined) return `its expression has ${requirement.what}, ${reason}`;
  }
  return undefined;
}

function refusal({ since: first, until, flag }: Requirement, version: string): string | undefined {
  if (until !== undefined && !isBefore(version, until)) return `which Prometheus knows only before ${until}`;
  const isTooOld = first !== undefined && isBefore(version, first);
  const isFlagged = flag !== undefined && (flag.until === undefined || isBefore(version, flag.until));
  if (!isTooOld && !isFlagged) return undefined;
  const from = first === undefined ? "" : ` from ${first} on`;
  return isFlagged
    ? `which Prometheus knows${from} and only with --enable-feature=${flag.name}`
    : `which Prometheus knows${from}`;
}

/** The functions of templates that came since 2.25. Source: prometheus/prometheus, CHANGELOG.md. */
const templateFunctions: Readonly<Record<string, string>> = {
  parseDuration: "2.32",
  stripPort: "2.33",
  stripDomain: "2.36",
  toTime: "2.38",
  now: "3.6",
  toDuration: "3.6",
  urlQueryEscape: "3.8",
};

/** Why a version refuses a template, as `refusalOfExpression`. */
export function refusalOfTemplate(text: string, version: string | undefined): string | undefined {
  if (version === undefined || !text.includes("{{")) return undefined;
  const actions = [...text.matchAll(/\{\{(?:"(?:\\.|[^"\\])*"|`[^`]*`|(?!\}\}).)*\}\}/gs)].map(([action]) =>
    action.replace(/"(?:\\.|[^"\\])*"|`[^`]*`/gs, '""'),
  );
  for (const [name, first] of Object.entries(templateFunctions))
    if (
      isBefore(version, first) &&
      actions.some((action) => new RegExp(`(?<![.$\\w])${name}\\b`).test(action))
    )
      return `whose template has the function ${name}, which Prometheus knows from ${first} on`;
  return undefined;
}

function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((one) => one.replace(/^v/, "").split(/[.+-]/).map(Number));
  return a![0]! !== b![0]! ? a![0]! < b![0]! : (a![1] ?? 0) < (b![1] ?? 0);
}
