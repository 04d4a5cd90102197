"use client";

import Link from "next/link";
import { PageHeader } from "@/components/shell/page-header";
import { ButtonLink } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { RuleEditor } from "./rule-editor";

/** A rule that is to be made. */
export function NewRulePage({
  sources,
  groups,
}: {
  sources: { id: string; name: string }[];
  groups: string[];
}) {
  return (
    <>
      <p className="mb-2">
        <Link href="/alerts/rules" className="text-link hover:underline">
          Alert rules
        </Link>
      </p>
      <PageHeader title="New rule" />
      {sources.length === 0 ? (
        <EmptyState
          title="No Prometheus is connected"
          action={<ButtonLink href="/settings/sources">Connect one</ButtonLink>}
        >
          A rule is evaluated against a Prometheus.
        </EmptyState>
      ) : (
        <RuleEditor rule={null} sources={sources} groups={groups} isReadOnly={false} />
      )}
    </>
  );
}
