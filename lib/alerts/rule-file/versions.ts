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

function isBefore(version: string, other: string): boolean {
  const [a, b] = [version, other].map((one) => one.replace(/^v/, "").split(/[.+-]/).map(Number));
  return a![0]! !== b![0]! ? a![0]! < b![0]! : (a![1] ?? 0) < (b![1] ?? 0);
}
