import type { Service, ServiceLabel, ServicePatch } from "@/lib/services/schema";

export type LabelRole = "version" | "model" | "replica";

/** What a label may be chosen for. */
export const roles: readonly { id: LabelRole; label: string; hint: string }[] = [
  { id: "version", label: "Version", hint: "Deployments and comparisons go by it." },
  { id: "model", label: "Model", hint: "Numbers can be split by it." },
  { id: "replica", label: "Replica", hint: "Tells copies of the service apart." },
];

/** The choice to leave it to the guess, and that no label carries it; neither is the name of a label. */
export const guessed = ":guess";
export const none = ":none";

export type LabelChoicesForm = Record<LabelRole, string>;

/** The form's values of what was chosen. */
export const choicesOf = ({ labelChoices }: Pick<Service, "labelChoices">): LabelChoicesForm => {
  const of = (role: LabelRole): string => {
    const choice = labelChoices[role];
    return choice === undefined ? guessed : choice === "" ? none : choice;
  };
  return { version: of("version"), model: of("model"), replica: of("replica") };
};

/** What may be chosen: the guess, none, and the labels of the service's series with what they hold. */
export function choiceOptions(
  role: LabelRole,
  service: Pick<Service, "labels" | "labelChoices">,
  labels: readonly ServiceLabel[],
): { value: string; label: string; detail?: string }[] {
  const isGuess = service.labelChoices[role] === undefined;
  const guess = service.labels[role] ?? (role === "replica" ? "instance" : "none");
  const chosen = service.labelChoices[role];
  const seen = labels.map(({ label, values, count }) => ({
    value: label,
    label,
    detail: `${values.join(", ")}${count > values.length ? ` and ${count - values.length} more` : ""}`,
  }));
  return [
    { value: guessed, label: isGuess ? `Guess: ${guess}` : "Guess" },
    { value: none, label: role === "replica" ? "None: instance" : "None" },
    ...(chosen && !labels.some(({ label }) => label === chosen) ? [{ value: chosen, label: chosen }] : []),
    ...seen,
  ];
}

/** What the form changes; undefined where nothing does. */
export function patchOf(
  form: LabelChoicesForm,
  service: Pick<Service, "labelChoices">,
): ServicePatch | undefined {
  const before = choicesOf(service);
  const labels: ServicePatch["labels"] = {};
  for (const { id } of roles) {
    const choice = form[id];
    if (choice === before[id]) continue;
    labels[id] = choice === guessed ? null : choice === none ? "" : choice;
  }
  return Object.keys(labels).length === 0 ? undefined : { labels };
}
