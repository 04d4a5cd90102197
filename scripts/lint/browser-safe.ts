import { isFeature } from "./layout";
import { isTest, type Problem, problemAt, type Source } from "./source";

const serverOnlyStems = /\/(queries|commands|job)\.ts$/;
const browserStems = /^lib\/([^/]+)\/(?:.*\/)?(?:schema|client|state)\.ts$/;

/** Whether the file is meant to run in a browser: marked so, drawing, or named as one of a feature's client-safe files. */
const runsInBrowser = ({ file, directives }: Source): boolean =>
  !isTest(file) &&
  (directives.includes("use client") ||
    file.startsWith("components/") ||
    isFeature(browserStems.exec(file)?.[1] ?? "db"));

const isForServers = (specifier: string): boolean =>
  specifier === "server-only" || specifier.startsWith("node:");

/**
 * Files that run in the browser and reach, over any number of imports, one that may not; and server files that do not say
 * that they are.
 */
export function browserSafe(sources: Source[]): Problem[] {
  const byFile = new Map(sources.map((source) => [source.file, source]));
  // What stands in the way from a file on: the trail to the import that browsers cannot have.
  const known = new Map<string, string[] | undefined>();
  const trailFrom = (file: string): string[] | undefined => {
    if (known.has(file)) return known.get(file);
    known.set(file, undefined);
    const running = (byFile.get(file)?.imports ?? []).filter((each) => !each.isTypeOnly);
    const own = running.find((each) => isForServers(each.specifier));
    let trail = own === undefined ? undefined : [file, own.specifier];
    for (const each of running) {
      if (trail !== undefined) break;
      const further = each.file === undefined ? undefined : trailFrom(each.file);
      if (further !== undefined) trail = [file, ...further];
    }
    known.set(file, trail);
    return trail;
  };

  return sources.flatMap((source) => {
    const first = source.imports.find((each) => each.specifier === "server-only");
    if (serverOnlyStems.test(source.file) && source.file.startsWith("lib/") && first === undefined)
      return [
        problemAt(
          source,
          0,
          "browser-safe",
          'This file reads or writes data. Begin it with `import "server-only";`.',
        ),
      ];
    if (!runsInBrowser(source)) return [];
    const trail = trailFrom(source.file);
    if (trail === undefined) return [];
    const culprit = source.imports.find((each) => each.file === trail[1] || each.specifier === trail[1]);
    return [
      problemAt(
        source,
        culprit?.offset ?? 0,
        "browser-safe",
        `This file runs in the browser and reaches ${trail.at(-1)}: ${trail.join(" → ")}. Load the data in app/ and pass it down, or import only types from there.`,
      ),
    ];
  });
}
