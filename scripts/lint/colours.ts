import { isTest, type Node, type Problem, problemAt, type Source, walk } from "./source";

/** Where colours are written down. */
const tokenFiles = new Set(["components/ui/tokens.css", "app/globals.css"]);
const drawn = /^(app|components|lib)\//;

// A colour stands alone, or after what may come before a value: `bg-[#fff]`, `1px solid #fff`, `fill:#fff`.
const colour =
  /(?:^|[\s:,(["'])(#(?:[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![\w-])|(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(\s*[\d.])/gi;

/** Colours written outside the token file: they do not follow the theme, and their contrast is measured by no test. */
export function colours(sources: Source[]): Problem[] {
  return sources
    .filter(
      ({ file }) =>
        drawn.test(file) && !tokenFiles.has(file) && !isTest(file) && !file.startsWith("lib/db/generated/"),
    )
    .flatMap((source) => {
      const problems: Problem[] = [];
      const search = (text: string, offset: number) => {
        for (const match of text.matchAll(colour)) {
          const found = match[1] as string;
          const at = offset + match.index + match[0].length - found.length;
          problems.push(
            problemAt(
              source,
              at,
              "colours",
              `${found.replace(/\(\s*[\d.]$/, "(")} is a colour outside components/ui/tokens.css. Use a token (\`var(--…)\` or its class), or add one there for both themes.`,
            ),
          );
        }
      };
      if (source.program === undefined) search(source.text, 0);
      else
        walk(source.program, (node: Node) => {
          if (node.type === "Literal" && typeof node.value === "string")
            search(source.text.slice(node.start + 1, node.end - 1), node.start + 1);
          if (node.type === "TemplateElement") search(source.text.slice(node.start, node.end), node.start);
        });
      return problems;
    });
}
