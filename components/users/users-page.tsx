"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { debounce, parseAsString, useQueryState } from "nuqs";
import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { SearchInput } from "@/components/ui/input";
import { Pagination, useCursorPages } from "@/components/ui/pagination";
import { RelativeTime } from "@/components/ui/relative-time";
import { StateBadge } from "@/components/ui/state-badge";
import {
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  TableRowHeader,
} from "@/components/ui/table";
import { errorFacts } from "@/lib/api/client";
import { roleLabel } from "@/lib/auth/roles";
import { usersQuery } from "@/lib/users/client";
import type { User, UserList } from "@/lib/users/schema";
import { InviteDialog } from "./invite-dialog";
import { SettingsIntro } from "./settings-intro";
import { UserMenu } from "./user-menu";

/** Who may sign in, and as what. `initial` is the first page without a search, read by the server. */
export function UsersPage({ initial }: { initial: UserList }) {
  const [search, setSearch] = useQueryState(
    "q",
    parseAsString.withDefault("").withOptions({ history: "replace" }),
  );
  const [typed, setTyped] = useState(search);
  const [inviting, setInviting] = useState(false);
  const pages = useCursorPages(search);
  const isFirst = search === "" && pages.cursor === null;
  const users = useQuery({
    ...usersQuery(search, pages.cursor),
    placeholderData: isFirst ? initial : keepPreviousData,
  });

  function searchFor(text: string) {
    setTyped(text);
    void setSearch(text.trim(), { limitUrlUpdates: debounce(200) });
  }

  return (
    <>
      <SettingsIntro
        title="Users"
        action={
          <Button variant="primary" onClick={() => setInviting(true)}>
            <UserPlus aria-hidden />
            Invite someone
          </Button>
        }
      >
        Who may sign in, and as what. People who come by single sign-on may get their role from their groups.
      </SettingsIntro>
      <div className="grid gap-3">
        <SearchInput
          aria-label="Search users"
          placeholder="E-mail or name"
          value={typed}
          onChange={(event) => searchFor(event.target.value)}
          className="w-full max-w-72"
        />
        {users.error && users.data === undefined ? (
          <ErrorState
            title="The users could not be read"
            error={errorFacts(users.error)}
            onRetry={() => void users.refetch()}
            retrying={users.isFetching}
          />
        ) : users.data?.items.length === 0 ? (
          <EmptyState
            title={`Nobody matches “${search}”`}
            action={<Button onClick={() => searchFor("")}>Clear the search</Button>}
          >
            The search looks into e-mail addresses and names.
          </EmptyState>
        ) : (
          <>
            <UserTable users={users.data?.items ?? []} />
            <Pagination
              noun="users"
              shown={users.data?.items.length ?? 0}
              total={users.data?.total}
              nextCursor={users.data?.nextCursor ?? null}
              canGoBack={pages.canGoBack}
              onNext={pages.next}
              onBack={pages.back}
              loading={users.isPlaceholderData && !isFirst}
            />
          </>
        )}
      </div>
      <InviteDialog open={inviting} onOpenChange={setInviting} />
    </>
  );
}

function UserTable({ users }: { users: User[] }) {
  return (
    <Table label="Users">
      <TableHead>
        <tr>
          <TableHeader>State</TableHeader>
          <TableHeader>E-mail</TableHeader>
          <TableHeader className="max-md:hidden">Name</TableHeader>
          <TableHeader className="max-md:hidden">Role</TableHeader>
          <TableHeader className="max-md:hidden">Signs in with</TableHeader>
          <TableHeader numeric className="max-md:hidden">
            API keys
          </TableHeader>
          <TableHeader className="max-md:hidden">Last sign-in</TableHeader>
          <TableHeader>
            <span className="sr-only">Actions</span>
          </TableHeader>
        </tr>
      </TableHead>
      <TableBody>
        {users.map((user) => (
          <TableRow key={user.id} interactive>
            <TableCell>
              <UserState user={user} />
            </TableCell>
            <TableRowHeader className="group-last/row:border-b-0 max-md:py-1.5">
              <span className="flex items-center gap-2">
                <span className="truncate max-md:max-w-36" title={user.email}>
                  {user.email}
                </span>
                {user.isYou ? <Badge>You</Badge> : null}
              </span>
              <span className="block font-normal text-caption text-secondary md:hidden">
                {roleLabel(user.role)}
              </span>
            </TableRowHeader>
            <TableCell className="max-md:hidden">{user.name ?? "–"}</TableCell>
            <TableCell className="max-md:hidden">{roleLabel(user.role)}</TableCell>
            <TableCell className="max-md:hidden">
              {user.signsInWith
                .map((way) => (way === "password" ? "Password" : "Single sign-on"))
                .join(", ") || "–"}
            </TableCell>
            <TableCell numeric className="max-md:hidden">
              {user.apiKeyCount}
            </TableCell>
            <TableCell className="max-md:hidden">
              {user.lastSignInAt === null ? (
                <span className="text-secondary">Never</span>
              ) : (
                <RelativeTime time={user.lastSignInAt} />
              )}
            </TableCell>
            <TableCell className="text-right">
              <UserMenu user={user} />
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function UserState({ user }: { user: User }) {
  if (user.disabledAt !== null) return <StateBadge state="paused">Disabled</StateBadge>;
  if (user.signsInWith.length === 0) return <StateBadge state="info">Invited</StateBadge>;
  return <StateBadge state="ok">Active</StateBadge>;
}
