/** What a service of the console is called in traces; null where nothing says which it is. */
export type TraceServiceMatch = { service: string | null; reason: string };

const plain = (name: string): string => name.toLowerCase().replace(/[\s._-]+/g, "-");

/**
 * Finds the service of the console among the names of services in traces: the same name, the part of the job that
 * OpenTelemetry takes from `service.name`, or the same name but for case and separators. It never takes a name that is only
 * alike.
 */
export function traceServiceOf(
  service: { id: string; name: string },
  names: readonly string[],
): TraceServiceMatch {
  for (const name of [service.id, service.name])
    if (names.includes(name)) return { service: name, reason: `Traces have a service of the name ${name}.` };
  // OpenTelemetry's job is `service.namespace/service.name`.
  const [, ofJob] = /^.+\/([^/]+)$/.exec(service.name) ?? [];
  if (ofJob !== undefined && names.includes(ofJob))
    return {
      service: ofJob,
      reason: `Its job is ${service.name}, which OpenTelemetry makes of a namespace and the service ${ofJob}.`,
    };
  const alike = [
    ...new Set(
      names.filter((name) =>
        [service.id, service.name, ofJob].some((own) => own !== undefined && plain(own) === plain(name)),
      ),
    ),
  ];
  const [only] = alike;
  if (only !== undefined && alike.length === 1)
    return { service: only, reason: `Traces have ${only}, the same name but for case and separators.` };
  return {
    service: null,
    reason:
      alike.length > 1
        ? `Traces have several services of that name: ${alike.join(", ")}.`
        : `No service in traces is called ${service.id}.`,
  };
}
