/** Returns a file's name from a title and a range (Unix seconds): `ttft-p95-20260301T130000Z-20260301T140000Z.csv`. */
export function fileName(
  title: string,
  range: { from: number; to: number } | null,
  extension: "csv" | "png",
): string {
  const words = title
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const times = range === null ? [] : [compactTime(range.from), compactTime(range.to)];
  return `${[words || "chart", ...times].join("-")}.${extension}`;
}

const compactTime = (unixSeconds: number): string =>
  `${new Date(unixSeconds * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;

/** Hands a file to the browser's downloads. */
export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The download has begun by the next task; the address keeps the content in memory until it is given up.
  setTimeout(() => URL.revokeObjectURL(address));
}
