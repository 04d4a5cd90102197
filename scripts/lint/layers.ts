import { design, entries, jobRegistry, ofSystems, platform, shared, systems } from "./layout";
import { isTest, type Problem, problemAt, type Source } from "./source";

interface Place {
  area: string;
  folder: string;
  stem: string;
}

function placeOf(file: string): Place {
  const [area = "", folder = ""] = file.split("/");
  const name = file.split("/").at(-1) ?? "";
  return { area, folder, stem: name.replace(/\.tsx?$/, "") };
}

/** Why `from` may not import `to`, with what to do instead; undefined when it may. */
export function layerProblem(from: string, to: string): string | undefined {
  const a = placeOf(from);
  const b = placeOf(to);
  if (b.area === "app" && a.area !== "app")
    return `Nothing imports app/. Move what is needed from ${to} to components/ or lib/.`;
  if ((b.area === "testing" || b.area === "e2e") && !isTest(from))
    return `Only tests import ${b.area}/. Move what is needed from ${to} to lib/.`;
  if (isTest(from)) return undefined;
  if (a.area === "lib") return libProblem(from, a, b, to);
  if (a.area === "components") return componentProblem(a, b, to);
  if (a.area === "app" && b.area !== "app" && b.area !== "components" && b.area !== "lib")
    return `app/ imports components/ and lib/ only. Move what is needed from ${to} to lib/.`;
  if ((a.area === "stack" || a.area === "scripts") && b.area === "components")
    return `${a.area}/ does not draw. Move what is needed from ${to} to lib/.`;
  return undefined;
}

function componentProblem(a: Place, b: Place, to: string): string | undefined {
  if (b.area !== "components" && b.area !== "lib")
    return `components/ imports components/ and lib/ only. Move what is needed from ${to} to lib/.`;
  if (design.includes(a.folder)) {
    if (b.area === "components" && b.folder !== a.folder && !(a.folder === "charts" && b.folder === "ui"))
      return `components/${a.folder} knows nothing of the domain. Pass what it needs from ${to} as a prop.`;
    if (b.area === "lib" && b.folder !== "units" && b.folder !== "statistics")
      return `components/${a.folder} knows nothing of the domain. Pass what it needs from ${to} as a prop.`;
  }
  return undefined;
}

function libProblem(from: string, a: Place, b: Place, to: string): string | undefined {
  if (b.area === "prisma") return undefined;
  if (b.area !== "lib") return `lib/ imports lib/ only. Move what is needed from ${to} to lib/.`;
  if (a.folder === b.folder) return undefined;
  if (a.folder === "statistics")
    return b.folder === "units"
      ? undefined
      : `lib/statistics is pure and imports nothing of ours. Pass what it needs from ${to} as an argument.`;
  if (systems.includes(a.folder))
    return ofSystems.includes(b.folder)
      ? undefined
      : `lib/${a.folder} only talks to its system: of ours it imports ${ofSystems.map((each) => `lib/${each}`).join(", ")}. Let a feature join it with ${to}.`;
  if (platform.includes(b.folder) || systems.includes(b.folder) || shared.includes(b.folder))
    return undefined;
  if (from === jobRegistry && b.stem === "job") return undefined;
  if (platform.includes(a.folder))
    return `lib/${a.folder} stands under the features and cannot import ${to}. Let the feature register with it, or pass it in.`;
  return entries.includes(b.stem)
    ? undefined
    : `lib/${a.folder} uses another feature only through its queries, commands or schema. Import one of lib/${b.folder}/{${entries.join(",")}}.ts instead of ${to}.`;
}

/** The dependency rules of the house: who may import whom. */
export function layers(sources: Source[]): Problem[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((each) => {
      const message = each.file === undefined ? undefined : layerProblem(source.file, each.file);
      return message === undefined ? [] : [problemAt(source, each.offset, "layers", message)];
    }),
  );
}
