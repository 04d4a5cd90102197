const shared = globalThis as unknown as { inferscopeMethods?: Map<string, Set<string>> };

/** Kept on the process: the server in front of Next and the routes that Next loads are two bundles. */
function known(): Map<string, Set<string>> {
  shared.inferscopeMethods ??= new Map();
  return shared.inferscopeMethods;
}

/**
 * Notes that an address takes a method. The path is a template as in OpenAPI; `{name}` stands for one segment and
 * `{...name}` for the rest of the path.
 */
export function takesMethods(path: string, methods: readonly string[]): void {
  const all = known().get(path) ?? new Set();
  for (const method of methods) all.add(method);
  known().set(path, all);
}

const segmentRank = (segment: string) => (segment.startsWith("{...") ? 2 : segment.startsWith("{") ? 1 : 0);

/** Where both match, the path with a fixed segment goes before one with a name there, as in Next. */
function bySpecificity(a: string, b: string): number {
  const [left, right] = [a.split("/").map(segmentRank), b.split("/").map(segmentRank)];
  const at = left.findIndex((rank, index) => rank !== (right[index] ?? 0));
  return at === -1 ? 0 : left[at]! - (right[at] ?? 0);
}

function matches(template: string, pathname: string): boolean {
  const [wanted, given] = [template.split("/"), pathname.replace(/\/+$/, "").split("/")];
  const rest = wanted.findIndex((segment) => segment.startsWith("{..."));
  if (rest === -1 ? wanted.length !== given.length : given.length <= rest) return false;
  return (rest === -1 ? wanted : wanted.slice(0, rest)).every((segment, index) =>
    segment.startsWith("{") ? given[index] !== "" : segment === given[index],
  );
}

/**
 * The value of the header Allow for an address, from what the routes loaded so far take; null where none of them has
 * that address. HEAD comes with GET, and OPTIONS is always answered.
 */
export function allowedMethods(pathname: string): string | null {
  const [template] = [...known().keys()]
    .filter((candidate) => matches(candidate, pathname))
    .sort(bySpecificity);
  if (template === undefined) return null;
  const methods = known().get(template)!;
  return [
    ...["GET", "POST", "PUT", "PATCH", "DELETE"].flatMap((method) =>
      !methods.has(method) ? [] : method === "GET" ? ["GET", "HEAD"] : [method],
    ),
    "OPTIONS",
  ].join(", ");
}
