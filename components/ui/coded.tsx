/** A text whose `names` stand between backticks. */
export function Coded({ text }: { text: string }) {
  return text.split("`").map((part, index, parts) =>
    // A last backtick without its other half is one.
    index % 2 === 0 || index === parts.length - 1 ? (
      `${index % 2 === 0 ? "" : "`"}${part}`
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text do not move
      <code key={index} className="text-mono [overflow-wrap:anywhere]">
        {part}
      </code>
    ),
  );
}
