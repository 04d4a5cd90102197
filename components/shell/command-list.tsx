"use client";

import { Command as Primitive } from "cmdk";
import { useRouter } from "next/navigation";
import { type Command, setCommandMenuOpen, useAllCommands } from "./commands";
import { KeyChord } from "./key-list";
import { usePlaceCommands } from "./place-commands";

/** The searchable list inside the command menu; loaded when the menu is first opened. */
export default function CommandList() {
  const router = useRouter();
  const places = usePlaceCommands();
  const commands = [...useAllCommands(), ...places.commands];
  const groups = [...new Set(commands.map((command) => command.group))].sort(
    (a, b) => Number(a === "Help") - Number(b === "Help"),
  );

  function choose(command: Command) {
    setCommandMenuOpen(false);
    if (command.href) router.push(command.href);
    // After the dialog has given the focus back, so that an action may take it.
    else setTimeout(() => command.run?.(), 0);
  }

  return (
    <Primitive label="Commands" loop className="flex min-h-0 flex-col">
      <Primitive.Input
        autoFocus
        placeholder="Go to a page, a service, or do something"
        className="h-12 w-full shrink-0 border-b bg-transparent px-4 text-body outline-none"
      />
      <Primitive.List className="max-h-[min(384px,56vh)] overflow-y-auto p-2">
        <Primitive.Empty className="px-2 py-6 text-center text-secondary">
          {places.isReading ? "Reading the services …" : "Nothing found"}
        </Primitive.Empty>
        {groups.map((group) => (
          <Primitive.Group
            key={group}
            heading={group}
            className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:pt-2 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:text-caption [&_[cmdk-group-heading]]:text-secondary"
          >
            {commands
              .filter((command) => command.group === group)
              .map((command) => (
                <Primitive.Item
                  key={command.id}
                  value={command.id}
                  keywords={[command.label, command.detail ?? "", ...(command.keywords ?? [])]}
                  onSelect={() => choose(command)}
                  className="flex h-9 cursor-default items-center gap-3 rounded-control px-2 data-[selected=true]:bg-surface-hover [&_svg]:size-4 [&_svg]:text-secondary"
                >
                  {command.icon}
                  <span className="min-w-0 truncate">{command.label}</span>
                  {command.detail ? (
                    <span className="min-w-0 truncate text-caption text-secondary">{command.detail}</span>
                  ) : null}
                  {command.keys ? <KeyChord keys={command.keys} className="ml-auto" /> : null}
                </Primitive.Item>
              ))}
          </Primitive.Group>
        ))}
      </Primitive.List>
    </Primitive>
  );
}
