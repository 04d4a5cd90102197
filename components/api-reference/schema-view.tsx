import { Fragment, type ReactNode } from "react";
import { Code } from "@/components/ui/code-block";
import { limitWords, membersOf, type Schema, typeWords } from "./document";

/** Deeper members are left to the example; a reader has lost the way by then. */
const MOST_LEVELS = 4;

/** Text of the document with its `code` set in mono. */
export function Prose({ text }: { text: string }) {
  return text.split(/`([^`]+)`/).map((part, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text never move
    index % 2 === 1 ? <Code key={index}>{part}</Code> : <Fragment key={index}>{part}</Fragment>,
  );
}

/** One value: name, type, whether it is required, what it is, and its members below. */
export function ValueRow({
  name,
  schema,
  required,
  description,
  level = 0,
}: {
  name: string;
  schema: Schema | undefined;
  required: boolean;
  description?: string;
  level?: number;
}) {
  const words = description ?? schema?.description;
  const notes = limitWords(schema);
  return (
    <li className="grid gap-0.5 border-b py-2 last:border-b-0">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <code className="text-mono text-primary">{name}</code>
        <span className="text-mono text-secondary [overflow-wrap:anywhere]">{typeWords(schema)}</span>
        {required ? <span className="text-caption text-secondary">required</span> : null}
      </p>
      {words || notes.length > 0 ? (
        <p className="text-body text-secondary">
          {words ? <Prose text={words} /> : null}
          {words && notes.length > 0 ? " " : null}
          {notes.length > 0 ? <span className="text-caption">({notes.join(", ")})</span> : null}
        </p>
      ) : null}
      {level < MOST_LEVELS ? <Members schema={schema} level={level + 1} /> : null}
    </li>
  );
}

/** The members of a value; where it may be one of several objects, each on its own. */
export function Members({ schema, level = 0 }: { schema: Schema | undefined; level?: number }): ReactNode {
  const groups = membersOf(schema).filter((members) => members.length > 0);
  if (groups.length === 0) return null;
  return groups.map((members, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the options of one schema never move
    <Fragment key={index}>
      {index > 0 ? <p className="text-caption text-secondary">or</p> : null}
      <ul className={level === 0 ? undefined : "ml-1 border-l pl-3"}>
        {members.map((member) => (
          <ValueRow key={member.name} {...member} level={level} />
        ))}
      </ul>
    </Fragment>
  ));
}
