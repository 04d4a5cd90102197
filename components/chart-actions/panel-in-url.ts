/** The parameters of an address that say how panels are shown; each lists panels. */
export const PANEL_PARAMETERS = ["full", "log", "legend", "table", "exemplars", "compare"] as const;
export type PanelParameter = (typeof PANEL_PARAMETERS)[number];

/** The parameters that a panel is in or not; `compare` also says with what. */
export type PanelSwitch = Exclude<PanelParameter, "compare">;

const part = (text: string): string => encodeURIComponent(text).replaceAll("~", "%7E");

/** Returns how an address names a panel, with what it is compared with. */
export const panelInUrl = (id: string, comparison?: string): string =>
  comparison === undefined ? part(id) : `${part(id)}~${part(comparison)}`;

/** Returns what a panel is compared with according to an address, or null. */
export function comparisonInUrl(entries: readonly string[], id: string): string | null {
  const start = `${part(id)}~`;
  const entry = entries.find((each) => each.startsWith(start));
  return entry === undefined ? null : decodeURIComponent(entry.slice(start.length));
}

/** Whether an address (its search) says anything of a panel. */
export function mentionsPanel(search: string, id: string): boolean {
  const parameters = new URLSearchParams(search);
  const name = part(id);
  return PANEL_PARAMETERS.some((parameter) =>
    (parameters.get(parameter) ?? "")
      .split(",")
      .some((entry) => entry === name || entry.startsWith(`${name}~`)),
  );
}
