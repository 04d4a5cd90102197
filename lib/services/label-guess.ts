import type { Profile } from "@/lib/signals/profile";
import { isUsable } from "./schema";

type Labels = Record<string, string>;

/** The labels that carry version, model and replica. */
export interface ServiceLabels {
  version?: string;
  model?: string;
  replica?: string;
}

/** What a person said instead: a label's name, or an empty text where no label carries it. */
export type ServiceLabelChoices = { [Key in keyof ServiceLabels]?: string };

/** More values than this are ids of something else than a version or a model. */
const mostValues = 100;

/** Where a version may stand besides where the profile has it, most telling first. */
const versionCandidates = [
  "version",
  "model_version",
  "app_kubernetes_io_version",
  "label_app_kubernetes_io_version",
  "app_version",
  "model_revision",
  "revision",
  "release",
  "image_tag",
];
const modelCandidates = ["model_name", "model", "served_model_name", "model_id"];
const replicaCandidates = [
  "ReplicaId",
  "replica",
  "replica_id",
  "pod",
  "pod_name",
  "kubernetes_pod_name",
  "exported_pod",
  "exported_instance",
];
const otherVersions =
  /driver|cuda|python|kernel|nvml|vbios|sdk|scope|schema|api|os_|kube|k8s|protocol|go_?version/i;
/** Ray's own `Version` is none of the model's. */
const looksLikeVersion = (label: string): boolean =>
  (/(^|[_.])(version|revision|release)$/.test(label) || /[a-z]Version$/.test(label)) &&
  !otherVersions.test(label);

const valuesOf = (series: readonly Labels[], label: string): Set<string> =>
  new Set(series.map((labels) => labels[label]).filter(isUsable));

/** The first candidate that most series carry, else the first that any does. */
function carriedBy(series: readonly Labels[], candidates: readonly string[]): string | undefined {
  const carriers = candidates
    .map((label) => ({ label, count: series.filter((labels) => isUsable(labels[label])).length }))
    .filter(({ count }) => count > 0);
  return (carriers.find(({ count }) => count * 2 >= series.length) ?? carriers[0])?.label;
}

/** Which labels seem to carry version, model and replica of one profile's series. */
export function guessLabels(profile: Profile, series: readonly Labels[]): ServiceLabels {
  const isServing = profile.layer === "engine" || profile.layer === "application";
  const named = isServing ? [...new Set(series.flatMap(Object.keys))].sort() : [];
  const few = (label: string): boolean => valuesOf(series, label).size <= mostValues;
  const version =
    carriedBy(series, profile.labels.version) ??
    carriedBy(series, isServing ? [...versionCandidates, ...named.filter(looksLikeVersion)].filter(few) : []);
  const model =
    carriedBy(series, profile.labels.model) ??
    carriedBy(series, isServing ? modelCandidates.filter(few) : []);
  const instances = valuesOf(series, "instance").size;
  const replica = isServing
    ? replicaCandidates.find(
        (label) =>
          series.every((labels) => isUsable(labels[label])) && valuesOf(series, label).size >= instances,
      )
    : undefined;
  return {
    ...(version === undefined ? {} : { version }),
    ...(model === undefined ? {} : { model }),
    ...(replica === undefined ? {} : { replica }),
  };
}

/** The guessed labels with a person's choices in their place. */
export function chosenLabels(guessed: ServiceLabels, choices: ServiceLabelChoices): ServiceLabels {
  const labels: ServiceLabels = { ...guessed };
  for (const key of ["version", "model", "replica"] as const) {
    const choice = choices[key];
    if (choice === "") delete labels[key];
    else if (choice !== undefined) labels[key] = choice;
  }
  return labels;
}
