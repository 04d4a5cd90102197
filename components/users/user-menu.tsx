"use client";

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ellipsis } from "lucide-react";
import { useId, useState } from "react";
import { Button, IconButton } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { Dialog, DialogClose, DialogContent } from "@/components/ui/dialog";
import { Field, FormErrorSummary } from "@/components/ui/field";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "@/components/ui/menu";
import { toast } from "@/components/ui/toaster";
import { ApiError } from "@/lib/api/client";
import type { Role } from "@/lib/auth/actor";
import { roleLabel, roleWords } from "@/lib/auth/roles";
import { changeUser, endSessions, makePasswordLink, usersKey } from "@/lib/users/client";
import type { User, UserAction } from "@/lib/users/schema";
import { OneTimeLink } from "./one-time-link";
import { RoleSelect } from "./role-select";

const sentence = (error: unknown): string | null =>
  error === null ? null : error instanceof ApiError ? error.detail : "This did not work. Try again.";

/** What can be done to one user. What cannot be done now stays in the menu and says why. */
export function UserMenu({ user }: { user: User }) {
  const [open, setOpen] = useState<UserAction | null>(null);
  const close = () => setOpen(null);
  const item = (action: UserAction, label: string, destructive = false) => {
    const why = user.whyNot[action];
    return (
      <MenuItem
        disabled={why !== undefined}
        destructive={destructive}
        onSelect={() => setOpen(action)}
        className="h-auto min-h-8 max-w-72 py-1.5"
      >
        <span className="grid">
          {label}
          {why === undefined ? null : <span className="text-caption text-secondary">{why}</span>}
        </span>
      </MenuItem>
    );
  };
  return (
    <>
      <Menu>
        <MenuTrigger asChild>
          <IconButton label={`Actions on ${user.email}`} size="sm">
            <Ellipsis />
          </IconButton>
        </MenuTrigger>
        <MenuContent align="end">
          {item("change_role", "Change the role")}
          {item(
            "make_password_link",
            user.signsInWith.length === 0 ? "Make a new invitation" : "Make a password link",
          )}
          {item("end_sessions", "End all sessions")}
          <MenuSeparator />
          {user.disabledAt === null
            ? item("disable", "Disable the account", true)
            : item("enable", "Enable the account")}
        </MenuContent>
      </Menu>
      {open === "change_role" ? <RoleDialog user={user} onClose={close} /> : null}
      {open === "make_password_link" ? <PasswordLinkDialog user={user} onClose={close} /> : null}
      {open === "end_sessions" ? <EndSessionsDialog user={user} onClose={close} /> : null}
      {open === "disable" ? <DisableDialog user={user} onClose={close} /> : null}
      {open === "enable" ? <EnableDialog user={user} onClose={close} /> : null}
    </>
  );
}

type DialogProps = { user: User; onClose: () => void };

/** A change of a user that closes its dialog and says what happened. */
function useUserMutation<Answer>(run: () => Promise<Answer>, onDone?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: usersKey });
      onDone?.();
    },
  });
}

function RoleDialog({ user, onClose }: DialogProps) {
  const [role, setRole] = useState<Role>(user.role);
  const formId = useId();
  const change = useUserMutation(
    () => changeUser(user.id, { role }),
    () => {
      toast(`${user.email} is ${roleLabel(role).toLowerCase()} now`);
      onClose();
    },
  );
  const error = sentence(change.error);
  const losesPower = user.isYou && role !== "admin" && user.role === "admin";
  return (
    <Dialog open onOpenChange={onClose}>
      <DialogContent
        title={`Role of ${user.email}`}
        footer={
          <>
            <DialogClose asChild>
              <Button>Cancel</Button>
            </DialogClose>
            <Button
              type="submit"
              form={formId}
              variant="primary"
              loading={change.isPending}
              disabledReason={role === user.role ? "Choose another role first" : undefined}
            >
              Change the role
            </Button>
          </>
        }
      >
        <form
          id={formId}
          className="grid gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (role !== user.role && !change.isPending) change.mutate();
          }}
        >
          <FormErrorSummary title="The role was not changed" errors={error ? [{ message: error }] : []} />
          <Field
            label="Role"
            hint={`Someone of this role ${roleWords.find((words) => words.role === role)!.may}.${
              user.apiKeyCount > 0 ? " It also caps what this person’s API keys may do." : ""
            }`}
          >
            <RoleSelect value={role} onValueChange={setRole} />
          </Field>
          {losesPower ? (
            <p className="text-secondary">
              This is your own account: another administrator has to give the role back.
            </p>
          ) : null}
        </form>
      </DialogContent>
    </Dialog>
  );
}

function PasswordLinkDialog({ user, onClose }: DialogProps) {
  const make = useMutation({ mutationFn: () => makePasswordLink(user.id) });
  if (make.data)
    return (
      <Dialog open onOpenChange={onClose}>
        <DialogContent
          title={`A password link for ${user.email}`}
          footer={
            <DialogClose asChild>
              <Button variant="primary">Done</Button>
            </DialogClose>
          }
        >
          <OneTimeLink link={make.data} forWhom={user.name ?? user.email} />
        </DialogContent>
      </Dialog>
    );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Make a password link for ${user.email}`}
      verb="Make the link"
      onConfirm={() => make.mutate()}
      pending={make.isPending}
      error={sentence(make.error)}
    >
      Whoever has the link can set the password of this account once. Links made earlier stop working; the
      present password works until a new one is set.
    </ConfirmDialog>
  );
}

function EndSessionsDialog({ user, onClose }: DialogProps) {
  const end = useUserMutation(
    () => endSessions(user.id),
    () => {
      toast(`${user.email} is signed out everywhere`);
      onClose();
    },
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`End all sessions of ${user.email}`}
      verb="End all sessions"
      onConfirm={() => end.mutate()}
      pending={end.isPending}
      error={sentence(end.error)}
    >
      {user.isYou
        ? "You are signed out here too, and sign in again."
        : "They are signed out everywhere, and may sign in again."}{" "}
      API keys keep working.
    </ConfirmDialog>
  );
}

function DisableDialog({ user, onClose }: DialogProps) {
  const disable = useUserMutation(
    () => changeUser(user.id, { disabled: true }),
    () => {
      toast(`${user.email} is disabled`);
      onClose();
    },
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Disable ${user.email}`}
      verb="Disable the account"
      destructive
      onConfirm={() => disable.mutate()}
      pending={disable.isPending}
      error={sentence(disable.error)}
    >
      Their sessions end now and they cannot sign in.{" "}
      {user.apiKeyCount === 0
        ? "They have no API keys that work."
        : user.apiKeyCount === 1
          ? "Their one API key stops working until the account is enabled again."
          : `Their ${user.apiKeyCount} API keys stop working until the account is enabled again.`}
    </ConfirmDialog>
  );
}

function EnableDialog({ user, onClose }: DialogProps) {
  const enable = useUserMutation(
    () => changeUser(user.id, { disabled: false }),
    () => {
      toast(`${user.email} can sign in again`);
      onClose();
    },
  );
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Enable ${user.email}`}
      verb="Enable the account"
      onConfirm={() => enable.mutate()}
      pending={enable.isPending}
      error={sentence(enable.error)}
    >
      They can sign in again as {roleLabel(user.role).toLowerCase()}
      {user.apiKeyCount > 0
        ? `, and ${user.apiKeyCount === 1 ? "their API key works" : `their ${user.apiKeyCount} API keys work`} again`
        : ""}
      .
    </ConfirmDialog>
  );
}
