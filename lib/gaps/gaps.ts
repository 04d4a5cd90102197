/** What makes a line end: nothing was read, its target did not answer, it began anew, or there was nothing to measure. */
export const gapKinds = ["no_scrape", "target_down", "restart", "no_traffic"] as const;
export type GapKind = (typeof gapKinds)[number];

/** A time without samples, Unix seconds, and the sentence that says why. */
export interface Gap {
  start: number;
  end: number;
  kind: GapKind;
  text: string;
}

type Values = readonly (number | null)[];

/** What was measured of one target, on the grid. */
export interface TargetValues {
  target: string;
  values: Values;
}

/** What a service's gaps are told from. All values lie on the grid `start, start + step … end`; null is no sample. */
export interface GapEvidence {
  service: string;
  start: number;
  end: number;
  step: number;
  /** How many of the service's targets were scraped, with or without an answer; all null where there is no `up` of it. */
  scraped: Values;
  /** How many of those answered. */
  answered: Values;
  /** Of the targets that did not answer: 0 where they did not. */
  down: readonly TargetValues[];
  /** How many series there are of the metric by which the service is known. */
  present: { metric: string; values: Values };
  /** When a process began, Unix seconds, of those that began within the range; undefined where nothing tells. */
  restarts: readonly TargetValues[] | undefined;
  /** Requests per second; undefined where they are not counted. */
  requests: Values | undefined;
}

/** So many targets are named in a sentence. */
const mostNamed = 3;
/** Restarts within so many steps of each other are told together: replicas are rolled one after the other. */
const togetherSteps = 2;

/**
 * Returns why there are gaps, by ascending start, and what cannot be told. A gap reaches from the point before it, the
 * last that had a sample, to its own last point. Of several reasons for a point the one nearer to the cause is said: that
 * nothing was read before a target that is down, and that before a lack of requests.
 */
export function findGaps(evidence: GapEvidence): { gaps: Gap[]; notes: string[] } {
  const { service, start, end, step, scraped, answered, down, present, requests } = evidence;
  const times = Array.from(
    { length: Math.round((end - start) / step) + 1 },
    (_, index) => start + index * step,
  );
  const hasUp = scraped.some((value) => value !== null);
  const where = (test: (index: number) => boolean): Run[] => runsOf(times.map((_, index) => test(index)));
  const isSilent = (index: number) => !positive(hasUp ? scraped[index] : present.values[index]);
  const isDown = (index: number) => hasUp && !isSilent(index) && !positive(answered[index]);
  const gap = ({ first, last }: Run, kind: GapKind, text: string): Gap => ({
    start: Math.max(start, times[first]! - step),
    end: times[last]!,
    kind,
    text,
  });
  const most = (run: Run, values: Values) =>
    Math.max(0, ...values.slice(run.first, run.last + 1).map((value) => value ?? 0));

  const gaps = [
    ...where(isSilent).map((run) =>
      gap(
        run,
        "no_scrape",
        hasUp
          ? `No target of ${service} was scraped.`
          : `No sample of ${present.metric} arrived. There is no up of ${service}, so whether a target was down cannot be said.`,
      ),
    ),
    ...where(isDown).map((run) => {
      const count = most(run, scraped);
      return gap(
        run,
        "target_down",
        count === 1
          ? `The one target of ${service} did not answer the scrape.`
          : `None of the ${count} targets of ${service} answered the scrape.`,
      );
    }),
    ...where((index) => positive(answered[index]) && answered[index]! < (scraped[index] ?? 0)).map((run) => {
      const names = down
        .filter(({ values }) => values.slice(run.first, run.last + 1).includes(0))
        .map(({ target }) => target);
      return gap(
        run,
        "target_down",
        `${listed(names, "A target")} did not answer the scrape, of ${most(run, scraped)} targets of ${service}; the numbers are those of the others.`,
      );
    }),
    ...restartGaps(evidence, times),
    ...where((index) => requests?.[index] === 0 && !isSilent(index) && !isDown(index)).map((run) =>
      gap(
        run,
        "no_traffic",
        "No request was counted, so a latency or a ratio has nothing to be computed from.",
      ),
    ),
  ];
  const notes = [
    ...(hasUp || present.values.every((value) => value === null)
      ? []
      : [`There is no up of ${service}: whether a target was down cannot be said.`]),
    ...(evidence.restarts === undefined
      ? [`${service} does not say when its processes began: whether one restarted cannot be said.`]
      : []),
    ...(requests === undefined
      ? [`Requests of ${service} are not counted: whether there were any cannot be said.`]
      : []),
  ];
  return { gaps: gaps.sort((a, b) => a.start - b.start || a.end - b.end), notes };
}

const positive = (value: number | null | undefined): boolean => typeof value === "number" && value > 0;

/** Indices of the first and the last of consecutive points. */
interface Run {
  first: number;
  last: number;
}

function runsOf(holds: readonly boolean[]): Run[] {
  const runs: Run[] = [];
  for (const [index, isHeld] of holds.entries()) {
    if (!isHeld) continue;
    const current = runs.at(-1);
    if (current !== undefined && current.last === index - 1) current.last = index;
    else runs.push({ first: index, last: index });
  }
  return runs;
}

/** From when a process began to the point that first shows it. */
function restartGaps({ restarts = [], start, step }: GapEvidence, times: readonly number[]): Gap[] {
  const found = restarts
    .flatMap(({ target, values }) => {
      const known = new Set<number>();
      return values.flatMap((began, index) => {
        if (began === null || known.has(began)) return [];
        known.add(began);
        const seen = times[index]!;
        // A clock that is ahead must not turn the gap around.
        return [{ target, began: Math.max(start, Math.min(began, seen)), seen }];
      });
    })
    .sort((a, b) => a.began - b.began);
  const groups: (typeof found)[] = [];
  for (const one of found) {
    const group = groups.at(-1);
    if (group !== undefined && one.began - group.at(-1)!.seen <= togetherSteps * step) group.push(one);
    else groups.push([one]);
  }
  return groups.map((group) => {
    const names = [...new Set(group.map(({ target }) => target))];
    return {
      start: group[0]!.began,
      end: Math.max(...group.map(({ seen }) => seen)),
      kind: "restart",
      text: `${listed(names, "A process")} started, its counters from zero: a rate takes two scrapes of it.`,
    };
  });
}

/** Up to three names, or how many there are. */
function listed(names: readonly string[], unnamed: string): string {
  if (names.length === 0) return unnamed;
  if (names.length > mostNamed) return `${names.length} targets`;
  if (names.length === 1) return names[0]!;
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
