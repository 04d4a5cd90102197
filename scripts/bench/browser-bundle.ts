import { build } from "esbuild";

/** A script of scripts/bench/browser with all that it imports, minified, as text that stands in a script element. */
export async function bundleForBrowser(root: string, entry: string): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    // The page that it stands in has the styles that it needs.
    loader: { ".css": "empty" },
    define: { "process.env.NODE_ENV": '"production"', "process.env": "{}" },
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]!.text.replaceAll("</script", "<\\/script");
}
