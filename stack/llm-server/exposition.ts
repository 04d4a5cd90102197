import { type Family, type Registry, renderLabels, type Sample, samplesOf } from "./registry";

export type Format = "text" | "openmetrics";

export const contentTypes: Record<Format, string> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** The format that a scraper asks for: OpenMetrics where its Accept header names it, else Prometheus text. */
export function negotiateFormat(accept: string | undefined): Format {
  return accept?.includes("application/openmetrics-text") ? "openmetrics" : "text";
}

/**
 * The comment lines above a family. OpenMetrics names a counter without its `_total`, and knows no counter that lacks
 * one (DCGM's): those are of type unknown there.
 */
export function familyHeader(family: Pick<Family, "name" | "type" | "help">, format: Format): string {
  let { name, type }: { name: string; type: string } = family;
  if (format === "openmetrics" && type === "counter") {
    if (name.endsWith("_total")) name = name.slice(0, -"_total".length);
    else type = "unknown";
  }
  return `# HELP ${name} ${family.help}\n# TYPE ${name} ${type}\n`;
}

/** A number as both formats read it. */
export function renderValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  if (value === Number.NEGATIVE_INFINITY) return "-Inf";
  return String(value);
}

function renderSample(sample: Sample, format: Format): string {
  const labels = sample.labels === "" ? "" : `{${sample.labels}}`;
  const line = `${sample.name}${labels} ${renderValue(sample.value)}`;
  if (format === "text" || !sample.exemplar) return `${line}\n`;
  const { traceId, value, at } = sample.exemplar;
  return `${line} # {${renderLabels({ trace_id: traceId })}} ${value} ${at.toFixed(3)}\n`;
}

/** What `/metrics` answers. Exemplars are in OpenMetrics only: the text format has no place for them. */
export function renderRegistry(registry: Registry, format: Format): string {
  let text = "";
  for (const family of registry.families) {
    text += familyHeader(family, format);
    for (const sample of samplesOf(family)) text += renderSample(sample, format);
  }
  return format === "openmetrics" ? `${text}# EOF\n` : text;
}

/**
 * One exposition out of several of one format: each sample gets its source's labels, families stay together.
 */
export function mergeExpositions(
  sources: { text: string; labels: Record<string, string> }[],
  format: Format,
): string {
  const families = new Map<string, { header: string; samples: string }>();
  for (const { text, labels } of sources) {
    const added = renderLabels(labels);
    let family = { header: "", samples: "" };
    for (const line of text.split("\n")) {
      if (line === "" || line === "# EOF") continue;
      if (line.startsWith("#")) {
        const name = line.split(" ", 3)[2]!;
        const known = families.get(name) ?? { header: "", samples: "" };
        families.set(name, known);
        family = known;
        if (!family.header.includes(`${line}\n`)) family.header += `${line}\n`;
        continue;
      }
      const space = line.indexOf(" ");
      const brace = line.indexOf("{");
      family.samples +=
        brace >= 0 && brace < space
          ? `${line.slice(0, brace + 1)}${added},${line.slice(brace + 1)}\n`
          : `${line.slice(0, space)}{${added}}${line.slice(space)}\n`;
    }
  }
  let merged = "";
  for (const { header, samples } of families.values()) merged += header + samples;
  return format === "openmetrics" ? `${merged}# EOF\n` : merged;
}
