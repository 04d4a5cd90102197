import { type SignalId, signalIds, signals } from "./catalogue";
import { planSignal, whyUnspoken } from "./plan";
import type { ProfileId } from "./profile";
import type { MeasuredService } from "./service";
import { alternativesOf, baseName, exposes, type Spoken, spokenFor } from "./spoken";

/** How a service answers one signal, or why it does not. */
export interface SignalEvidence {
  available: boolean;
  profile?: ProfileId;
  /** The metric that answers it, as scraped; without the suffixes of a histogram's parts. */
  metric?: string;
  /** PromQL over an hour's grid of minutes; of a histogram its p95. */
  expr?: string;
  /** The base unit that values are in. */
  unit: string;
  note?: string;
}

const hour = { start: 0, end: 3600, step: 60 };

/**
 * Tells for every signal which of the service's profiles and metrics answers it, or in `note` why none does. Pure: what
 * the service exposes is what its profiles' `metrics` say, and all of a profile's where they are not known.
 */
export function signalEvidence(service: MeasuredService): Record<SignalId, SignalEvidence> {
  return Object.fromEntries(signalIds.map((signal) => [signal, evidenceOf(service, signal)])) as Record<
    SignalId,
    SignalEvidence
  >;
}

function evidenceOf(service: MeasuredService, signal: SignalId): SignalEvidence {
  const { unit } = signals[signal];
  const found = spokenFor(service, signal);
  if (found === undefined) return { available: false, unit, note: whyUnspoken(service, signal).text };
  const query = { id: signal, service: service.name, signal, quantiles: [0.95] };
  const plan = planSignal(service, query, hour);
  if (plan.kind !== "reads") return { available: false, unit, note: plan.reason.text };
  const [names = []] = alternativesOf(found.spelling);
  const metric = names.find((name) => exposes(found.spoken, name)) ?? names[0];
  const note = [olderThan(found, names, metric), plan.note].filter((part) => part !== undefined).join(" ");
  return {
    available: true,
    profile: found.profile.id,
    ...(metric === undefined ? {} : { metric: baseName(metric) }),
    ...(plan.expr[0] === undefined ? {} : { expr: plan.expr[0] }),
    unit,
    ...(note === "" ? {} : { note }),
  };
}

/** Says that a metric's newer name is not there, with the releases that have each. */
function olderThan(
  { profile, spoken }: Spoken,
  names: readonly string[],
  metric: string | undefined,
): string | undefined {
  const [newest] = names;
  if (spoken.metrics === undefined || newest === undefined || metric === undefined || metric === newest)
    return undefined;
  const said = (name: string): string => {
    const release = releaseOf(profile.releases, name, spoken.rename?.from, spoken.rename?.to);
    return release === undefined ? `\`${name}\`` : `\`${name}\` (${release})`;
  };
  return `No ${said(newest)}: this ${profile.title} is of another release, using ${said(metric)}.`;
}

function releaseOf(
  releases: Record<string, string> | undefined,
  name: string,
  from: string | undefined,
  to: string | undefined,
): string | undefined {
  const written = to !== undefined && name.startsWith(to) ? `${from}${name.slice(to.length)}` : name;
  return releases?.[written];
}
