import { EmptyState } from "@/components/ui/empty-state";
import type { Actor } from "@/lib/auth/actor";
import { type Action, actions } from "@/lib/auth/permissions";
import { PageHeader } from "./page-header";

/**
 * In place of a page that a person's role does not open: which role does. `title` is the page's, left out where a frame
 * around it has one.
 */
export function RoleNeeded({ title, actor, action }: { title?: string; actor: Actor; action: Action }) {
  const role = actions[action];
  return (
    <>
      {title === undefined ? null : <PageHeader title={title} />}
      <EmptyState
        title={`This page needs the role ${role}`}
        docs={{ href: "/docs/sign-in#people", label: "What each role may do" }}
      >
        {`You are signed in as ${actor.name}${actor.type === "user" ? `, with the role ${actor.role}` : ""}. An administrator can change roles in Settings, Users.`}
      </EmptyState>
    </>
  );
}
