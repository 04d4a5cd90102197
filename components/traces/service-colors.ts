const slots = 8;

/** Tokens of the colours of a trace's services, by name: the same trace has the same colours for everyone. */
export function serviceColors(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    [...new Set(names)]
      .sort()
      .map((name, index) => [name, index < slots ? `--chart-${index + 1}` : "--chart-other"]),
  );
}
