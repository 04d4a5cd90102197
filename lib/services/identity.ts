/** What tells one service from another within a source: the labels that group its series. */
export interface ServiceIdentity {
  job: string;
  namespace?: string;
  /** Where the engines of one job are services of their own: whose this is. */
  engine?: string;
}

/** Names that stand for something else in a path under /services; a service never gets one of them. */
export const reservedNames: ReadonlySet<string> = new Set([
  "",
  ".",
  "..",
  "new",
  "edit",
  "compare",
  "discover",
  "query",
  "signals",
  "settings",
]);

/** A source's name as a part of a service's: lower case, words joined by hyphens. */
export const nameSuffix = (sourceName: string): string =>
  sourceName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "") || "source";

/**
 * The first free name of a service that is met for the first time: its job (with its engine where the job has several
 * services), then `job-source`, then both with the namespace in front, then numbered. Names once given are kept by their
 * services, so `taken` holds them all.
 */
export function freeName(identity: ServiceIdentity, sourceName: string, taken: ReadonlySet<string>): string {
  const suffix = nameSuffix(sourceName);
  const inNamespace = identity.namespace === undefined ? undefined : `${identity.namespace}/${identity.job}`;
  const candidates = [
    ...(identity.engine === undefined ? [identity.job] : [`${identity.job}-${identity.engine}`]),
    `${identity.job}-${suffix}`,
    ...(inNamespace === undefined ? [] : [inNamespace, `${inNamespace}-${suffix}`]),
  ];
  const isFree = (name: string) => !taken.has(name) && !reservedNames.has(name);
  const found = candidates.find(isFree);
  if (found !== undefined) return found;
  for (let number = 2; ; number++) {
    const name = `${identity.job}-${suffix}-${number}`;
    if (isFree(name)) return name;
  }
}

/** The identity as one string, for comparing within a source. */
export const identityKey = ({ job, namespace, engine }: ServiceIdentity): string =>
  JSON.stringify([job, namespace ?? null, ...(engine === undefined ? [] : [engine])]);

/** The path of a service under a prefix: everything that is not plain is escaped, `/` becomes `%2F`. */
export const servicePath = (prefix: string, name: string): string => `${prefix}/${encodeURIComponent(name)}`;
