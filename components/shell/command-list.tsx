"use client";

import { Command as Primitive } from "cmdk";
import { useRouter } from "next/navigation";
import { useLayoutEffect, useState } from "react";
import { rankCommands } from "./command-rank";
import { type Command, setCommandMenuOpen, useAllCommands } from "./commands";
import { takeKeys } from "./held-keys";
import { KeyChord } from "./key-chord";
import { usePlaceCommands } from "./place-commands";

/** The searchable list inside the command menu; loaded when the menu is first opened. */
export default function CommandList() {
  const router = useRouter();
  const places = usePlaceCommands();
  const [typed, setTyped] = useState("");
  const commands = [...useAllCommands(), ...places.commands];
  const found = rankCommands(typed, commands);
  const isSearch = typed.trim() !== "";
  // What arrives later may match better than what was there: the best is chosen until another was.
  const [picked, pick] = useState<{ of: string; value: string }>();
  const of = `${typed}\n${found[0]?.id}`;
  const groups = [...new Set(found.map((command) => command.group))].sort(
    (a, b) => Number(a === "Help") - Number(b === "Help"),
  );

  // The field has the focus now; what was typed on the way here goes before what follows.
  useLayoutEffect(() => {
    const held = takeKeys();
    if (held !== "") setTyped((text) => held + text);
  }, []);

  function choose(command: Command) {
    setCommandMenuOpen(false);
    if (command.href) router.push(command.href);
    // After the dialog has given the focus back, so that an action may take it.
    else setTimeout(() => command.run?.(), 0);
  }

  const entry = (command: Command) => (
    <Primitive.Item
      key={command.id}
      value={command.id}
      onSelect={() => choose(command)}
      className="flex h-9 cursor-default items-center gap-3 rounded-control px-2 data-[selected=true]:bg-surface-hover [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-secondary"
    >
      {command.icon}
      <span className="min-w-0 truncate" title={command.label}>
        {command.label}
      </span>
      {command.detail ? (
        <span className="min-w-0 truncate text-caption text-secondary">{command.detail}</span>
      ) : null}
      {command.keys ? (
        <KeyChord keys={command.keys} className="ml-auto" />
      ) : isSearch ? (
        <span className="ml-auto shrink-0 text-caption text-secondary">{command.group}</span>
      ) : null}
    </Primitive.Item>
  );

  return (
    <Primitive
      label="Commands"
      loop
      shouldFilter={false}
      value={picked?.of === of ? picked.value : (found[0]?.id ?? "")}
      onValueChange={(value) => pick({ of, value })}
      className="flex min-h-0 flex-col"
    >
      <Primitive.Input
        autoFocus
        value={typed}
        onValueChange={setTyped}
        placeholder="Go to a page, a service, or do something"
        className="h-12 w-full shrink-0 border-b bg-transparent px-4 text-body outline-none"
      />
      <Primitive.List className="max-h-[min(384px,56vh)] overflow-y-auto p-2">
        {found.length === 0 ? (
          <p role="status" className="px-2 py-6 text-center text-secondary">
            {places.isReading ? "Reading the services …" : "Nothing found"}
          </p>
        ) : null}
        {isSearch
          ? found.map(entry)
          : groups.map((group) => (
              <Primitive.Group
                key={group}
                heading={group}
                className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-caption [&_[cmdk-group-heading]]:text-secondary"
              >
                {found.filter((command) => command.group === group).map(entry)}
              </Primitive.Group>
            ))}
      </Primitive.List>
    </Primitive>
  );
}
