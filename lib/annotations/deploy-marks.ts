import { stepFor } from "@/lib/prometheus/step";

/** Points of a window: a version that ran for a thousandth of it is seen. */
const mostPoints = 1_000;
/** The same for a service of so many instances that each point costs the source a thousand series. */
const fewPoints = 200;
const manyInstances = 300;

/**
 * The step of the grid on which deployments are looked for in a window of so many seconds. A mark is told by the first
 * point that shows it: what happened lies at most so many seconds before it.
 */
export const markStep = (
  window: number,
  { instances, scrapeInterval }: { instances: number; scrapeInterval: number },
): number => stepFor(window, instances >= manyInstances ? fewPoints : mostPoints, scrapeInterval);

/** At which points of a grid one version, or one build, was there. */
export interface Presence {
  name: string;
  /** One for each point, in the order of time. */
  present: readonly boolean[];
}

/** A deployment as its metrics show it. */
export interface DeployMark {
  /** Index of the first grid point that shows it. */
  at: number;
  text: string;
}

/**
 * The deployments that the presence of versions shows: a version that is first seen, that replaces another or joins it,
 * that comes back, and one that leaves an older one alone again. An older version that goes while the newer stays ends
 * its replacement and is no mark of its own. Absence for at most `longestPause` points, while nothing else changes, is a
 * restart; all absent is an outage.
 */
export function deployMarks(
  versions: readonly Presence[],
  { longestPause, word = "Version" }: { longestPause: number; word?: string },
): DeployMark[] {
  const filled = withoutPauses(versions, longestPause);
  const length = Math.max(0, ...filled.map(({ present }) => present.length));
  const marks: DeployMark[] = [];
  const seen = new Set<string>();
  /** By when they came last; what the window began with came first. */
  const cameAt = new Map<string, number>();
  let before: string[] = [];
  for (let at = 0; at < length; at++) {
    const now = filled.filter(({ present }) => present[at]).map(({ name }) => name);
    // All absent is an outage; what was there before it counts on.
    if (now.length === 0) continue;
    const came = now.filter((name) => !before.includes(name));
    const went = before.filter((name) => !now.includes(name));
    const stayed = before.filter((name) => now.includes(name));
    // One that is about to go makes room for what comes.
    const leaving = filled
      .filter(({ name, present }) => stayed.includes(name) && goesWithin(present, at, longestPause))
      .map(({ name }) => name);
    const change = {
      went: [...went, ...leaving],
      stayed: stayed.filter((name) => !leaving.includes(name)),
    };
    // The window's first point shows what runs, not that it came.
    if (at > 0 && came.length > 0) {
      const isBack = came.every((name) => seen.has(name));
      marks.push({ at, text: arrivalText(word, came, { ...change, isBack }) });
    }
    if (came.length === 0) {
      for (const version of went) {
        const last = cameAt.get(version) ?? -1;
        if (stayed.every((name) => (cameAt.get(name) ?? -1) <= last) && last >= 0)
          marks.push({ at, text: `${word} ${version} gone, ${listed(stayed)} alone again` });
      }
    }
    for (const version of came) {
      cameAt.set(version, at === 0 ? -1 : at);
      seen.add(version);
    }
    before = now;
  }
  return marks;
}

const goesWithin = (present: readonly boolean[], at: number, points: number): boolean =>
  present.slice(at, at + points + 1).includes(false);

function arrivalText(
  word: string,
  came: readonly string[],
  { isBack, stayed, went }: { isBack: boolean; stayed: readonly string[]; went: readonly string[] },
): string {
  const versions = listed(came);
  if (isBack && went.length > 0) return `Back to ${word.toLowerCase()} ${versions} from ${listed(went)}`;
  if (went.length > 0) return `${word} ${listed(went)} → ${versions}`;
  if (isBack) return `${word} ${versions} again, beside ${listed(stayed)}`;
  if (stayed.length > 0) return `${word} ${versions} beside ${listed(stayed)}`;
  return `${word} ${versions} first seen`;
}

/** The most names that a mark's label holds. */
const mostListed = 3;

const listed = (names: readonly string[]): string =>
  names.length <= mostListed
    ? names.join(", ")
    : `${names.slice(0, mostListed).join(", ")} and ${names.length - mostListed} more`;

/** Fills the pauses of a version during which no other came or went. */
function withoutPauses(versions: readonly Presence[], longestPause: number): Presence[] {
  return versions.map(({ name, present }) => {
    const filled = [...present];
    let absentFrom = -1;
    for (const [index, isPresent] of present.entries()) {
      if (isPresent) {
        const isPause = absentFrom > 0 && index - absentFrom <= longestPause;
        const isCalm = versions.every(
          (other) => other.name === name || isConstant(other.present, absentFrom - 1, index),
        );
        if (isPause && isCalm) filled.fill(true, absentFrom, index);
        absentFrom = -1;
      } else if (absentFrom < 0) absentFrom = index;
    }
    return { name, present: filled };
  });
}

function isConstant(present: readonly boolean[], from: number, to: number): boolean {
  const first = present[Math.max(0, from)];
  return present.slice(Math.max(0, from), to + 1).every((value) => value === first);
}
