"use client";

import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Code } from "@/components/ui/code-block";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { EmptyState } from "@/components/ui/empty-state";
import { ErrorState } from "@/components/ui/error-state";
import { Pagination, useCursorPages } from "@/components/ui/pagination";
import { RelativeTime } from "@/components/ui/relative-time";
import type { State } from "@/components/ui/state";
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
import { toast } from "@/components/ui/toaster";
import { SettingsIntro } from "@/components/users/settings-intro";
import { errorFacts } from "@/lib/api/client";
import { apiKeysKey, apiKeysQuery, revokeApiKey } from "@/lib/api-keys/client";
import type { ApiKey, ApiKeyList, ApiKeyState } from "@/lib/api-keys/schema";
import type { Role } from "@/lib/auth/actor";
import { roleLabel } from "@/lib/auth/roles";
import { CreateKeyDialog } from "./create-key-dialog";

const STATES: Record<ApiKeyState, { state: State; word: string }> = {
  active: { state: "ok", word: "Active" },
  expired: { state: "unknown", word: "Expired" },
  revoked: { state: "unknown", word: "Revoked" },
  resting: { state: "paused", word: "Owner disabled" },
};

/** The keys one may see. `initial` is the first page, read by the server. */
export function ApiKeysPage({
  initial,
  role,
  scopes,
  seesAll,
}: {
  initial: ApiKeyList;
  /** Of the viewer: no key may do more. */
  role: Role;
  scopes: readonly string[];
  /** Whether the list holds everyone's keys. */
  seesAll: boolean;
}) {
  const pages = useCursorPages();
  const [creating, setCreating] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const isFirst = pages.cursor === null;
  const keys = useQuery({
    ...apiKeysQuery(pages.cursor),
    placeholderData: isFirst ? initial : keepPreviousData,
  });
  const items = keys.data?.items ?? [];
  const create = (
    <Button variant="primary" onClick={() => setCreating(true)}>
      <KeyRound aria-hidden />
      Create an API key
    </Button>
  );
  const isEmpty = keys.data !== undefined && items.length === 0 && isFirst;

  return (
    <>
      <SettingsIntro title="API keys" action={isEmpty ? undefined : create}>
        Scripts and pipelines send a key as <Code>Authorization: Bearer …</Code>.{" "}
        {seesAll ? "You see everyone’s keys." : "You see your own keys."}
      </SettingsIntro>
      {keys.error && keys.data === undefined ? (
        <ErrorState
          title="The API keys could not be read"
          error={errorFacts(keys.error)}
          onRetry={() => void keys.refetch()}
          retrying={keys.isFetching}
        />
      ) : isEmpty ? (
        <EmptyState
          title="No API keys"
          action={create}
          docs={{ href: "/docs/sign-in", label: "How keys work" }}
        >
          A key lets a script ask the console’s API, with a role and scopes of its own.
        </EmptyState>
      ) : (
        <div className="grid gap-3">
          <KeyTable keys={items} seesAll={seesAll} onRevoke={setRevoking} />
          {pages.canGoBack || keys.data?.nextCursor ? (
            <Pagination
              noun="API keys"
              shown={items.length}
              nextCursor={keys.data?.nextCursor ?? null}
              canGoBack={pages.canGoBack}
              onNext={pages.next}
              onBack={pages.back}
              loading={keys.isPlaceholderData && !isFirst}
            />
          ) : null}
        </div>
      )}
      <CreateKeyDialog open={creating} onOpenChange={setCreating} mostRole={role} scopes={scopes} />
      {revoking ? <RevokeDialog apiKey={revoking} onClose={() => setRevoking(null)} /> : null}
    </>
  );
}

function KeyTable({
  keys,
  seesAll,
  onRevoke,
}: {
  keys: ApiKey[];
  seesAll: boolean;
  onRevoke: (key: ApiKey) => void;
}) {
  return (
    <Table label="API keys">
      <TableHead>
        <tr>
          <TableHeader>State</TableHeader>
          <TableHeader>Name</TableHeader>
          <TableHeader className="max-md:hidden">Begins with</TableHeader>
          <TableHeader className="max-md:hidden">Role</TableHeader>
          <TableHeader className="max-md:hidden">Scopes</TableHeader>
          {seesAll ? <TableHeader className="max-md:hidden">Made by</TableHeader> : null}
          <TableHeader className="max-md:hidden">Last used</TableHeader>
          <TableHeader className="max-md:hidden">Expires</TableHeader>
          <TableHeader>
            <span className="sr-only">Actions</span>
          </TableHeader>
        </tr>
      </TableHead>
      <TableBody>
        {keys.map((key) => (
          <TableRow key={key.id} interactive>
            <TableCell>
              <StateBadge state={STATES[key.state].state}>{STATES[key.state].word}</StateBadge>
            </TableCell>
            <TableRowHeader
              className="max-w-60 truncate group-last/row:border-b-0 max-md:max-w-36 max-md:py-1.5"
              title={key.name}
            >
              {key.name}
              <span className="block font-normal text-caption text-secondary md:hidden">
                {roleLabel(key.role)}
              </span>
            </TableRowHeader>
            <TableCell className="text-mono max-md:hidden">{key.prefix}…</TableCell>
            <TableCell className="max-md:hidden">{roleLabel(key.role)}</TableCell>
            <TableCell className="max-w-60 truncate max-md:hidden" title={key.scopes.join(", ") || undefined}>
              {key.scopes.length === 0 ? "All of its role" : key.scopes.join(", ")}
            </TableCell>
            {seesAll ? (
              <TableCell className="max-md:hidden">{key.createdBy?.email ?? "The environment"}</TableCell>
            ) : null}
            <TableCell className="max-md:hidden">
              {key.lastUsedAt === null ? (
                <span className="text-secondary">Never</span>
              ) : (
                <RelativeTime time={key.lastUsedAt} />
              )}
            </TableCell>
            <TableCell className="max-md:hidden">
              {key.expiresAt === null ? (
                <span className="text-secondary">Never</span>
              ) : (
                <RelativeTime time={key.expiresAt} />
              )}
            </TableCell>
            <TableCell className="text-right">
              {key.actions.includes("revoke") ? (
                <Button
                  size="sm"
                  variant="ghost"
                  aria-label={`Revoke ${key.name}`}
                  onClick={() => onRevoke(key)}
                >
                  Revoke
                </Button>
              ) : null}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function RevokeDialog({ apiKey, onClose }: { apiKey: ApiKey; onClose: () => void }) {
  const queryClient = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeApiKey(apiKey.id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: apiKeysKey });
      toast(`The key ${apiKey.name} is revoked`);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={onClose}
      title={`Revoke ${apiKey.name}`}
      verb="Revoke the key"
      destructive
      onConfirm={() => revoke.mutate()}
      pending={revoke.isPending}
      error={revoke.error ? errorFacts(revoke.error).detail : null}
    >
      Whatever sends <Code>{`${apiKey.prefix}…`}</Code> gets the answer 401 from now on.{" "}
      {apiKey.lastUsedAt === null ? (
        "It was never used."
      ) : (
        <>
          It was last used <RelativeTime time={apiKey.lastUsedAt} />.
        </>
      )}{" "}
      A revoked key cannot be brought back; make a new one instead.
    </ConfirmDialog>
  );
}
