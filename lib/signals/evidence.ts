import { type SignalId, signalIds, signals } from "./catalogue";
import { planSignal, whyUnspoken } from "./plan";
import type { ProfileId } from "./profile";
import type { MeasuredService } from "./service";
import { alternativesOf, baseName, exposes, renamed, type Spoken, spellingsOf, spokenFor } from "./spoken";

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
  const note = [preferredTo(found, signal, metric), plan.note].filter((part) => part !== undefined).join(" ");
  return {
    available: true,
    profile: found.profile.id,
    ...(metric === undefined ? {} : { metric: baseName(metric) }),
    ...(plan.expr[0] === undefined ? {} : { expr: plan.expr[0] }),
    unit,
    ...(note === "" ? {} : { note }),
  };
}

/**
 * Says which metric would be preferred but is not there, with what is known of both: releases are listed newest first, so
 * that a later name means an older release.
 */
function preferredTo(found: Spoken, signal: SignalId, metric: string | undefined): string | undefined {
  const { profile, spoken } = found;
  const preferred = alternativesOf(renamed(spellingsOf(profile, signal)[0]!, spoken.rename))[0]?.[0];
  if (spoken.metrics === undefined || metric === undefined || preferred === undefined) return undefined;
  if (exposes(spoken, preferred)) return undefined;
  const means = profile.exposedWith?.[writtenBy(spoken, preferred)];
  if (means !== undefined) return `\`${baseName(preferred)}\` would come with ${means}.`;
  const [newer, older] = [preferred, metric].map((name) => {
    const release = profile.releases?.[writtenBy(spoken, name)];
    return release === undefined ? `\`${name}\`` : `\`${name}\` (${release})`;
  });
  const isOlder = [preferred, metric].some(
    (name) => profile.releases?.[writtenBy(spoken, name)] !== undefined,
  );
  return isOlder
    ? `No ${newer}: this ${profile.title} is older, using ${older}.`
    : `No ${newer}: ${older} is used.`;
}

/** A metric's name as the profile writes it, before a pipeline renamed it. */
function writtenBy({ rename }: Spoken["spoken"], metric: string): string {
  return rename !== undefined && metric.startsWith(rename.to)
    ? `${rename.from}${metric.slice(rename.to.length)}`
    : metric;
}
