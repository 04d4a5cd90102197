"use client";

import { type ReactNode, useEffect, useRef, useSyncExternalStore } from "react";
import { holdKeys, takeKeys } from "./held-keys";

/** An entry of the command menu. Give it `href` (a page) or `run` (an action). */
export type Command = {
  id: string;
  label: string;
  /** Heading it stands under: "Go to", "Services", "Actions". */
  group: string;
  icon?: ReactNode;
  /** Detail at its end: the team of a service, the state of an alert. */
  detail?: string;
  /** Other words by which it is found. */
  keywords?: readonly string[];
  /** Keys that do the same, as in `Shortcut.keys`. */
  keys?: string;
  href?: string;
  run?: () => void;
};

let commands: readonly Command[] = [];
const listeners = new Set<() => void>();

function publish(next: readonly Command[]): void {
  commands = next;
  for (const listener of listeners) listener();
}

/** Adds entries to the command menu for as long as the component is mounted; of two with one id the later stands. */
export function useCommands(own: readonly Command[]): void {
  const latest = useRef(own);
  latest.current = own;
  const signature = JSON.stringify(
    own.map((command) => [command.id, command.label, command.group, command.detail, command.href]),
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: actions are read when chosen, only the words re-register
  useEffect(() => {
    const added: readonly Command[] = latest.current.map((command, index) => ({
      ...command,
      run: command.run ? () => latest.current[index]?.run?.() : undefined,
    }));
    publish([...commands, ...added]);
    return () => publish(commands.filter((command) => !added.includes(command)));
  }, [signature]);
}

const NONE: readonly Command[] = [];

/** All entries of the command menu now. */
export function useAllCommands(): readonly Command[] {
  const all = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => commands,
    () => NONE,
  );
  return all.filter((command, index) => all.findLastIndex((each) => each.id === command.id) === index);
}

let open = false;
const openListeners = new Set<() => void>();

/** Opens or closes the command menu from anywhere. */
export function setCommandMenuOpen(next: boolean): void {
  // What is typed before its field is there is meant for it.
  if (next && !open) holdKeys();
  if (!next) takeKeys();
  open = next;
  for (const listener of openListeners) listener();
}

export function useCommandMenuOpen(): boolean {
  return useSyncExternalStore(
    (listener) => {
      openListeners.add(listener);
      return () => openListeners.delete(listener);
    },
    () => open,
    () => false,
  );
}
