/** The severities of the field, the worst first; what is not among them comes after. */
export const severities = ["critical", "page", "error", "warning", "info", "none"] as const;

/** Where a severity stands among the others: the less, the worse. */
export function severityRank(severity: string | null): number {
  const index = (severities as readonly string[]).indexOf(severity?.toLowerCase() ?? "");
  return index === -1 ? severities.length : index;
}

/** Whether a severity is as bad as critical. */
export const isCritical = (severity: string | null): boolean => severityRank(severity) <= 2;
