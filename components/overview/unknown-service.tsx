import { PageHeader } from "@/components/shell/page-header";
import { EmptyState } from "@/components/ui/empty-state";
import { shortName } from "@/components/ui/short-name";

/** The overview of a service that is not there: another in its place would be taken for it. */
export function UnknownService({ id }: { id: string }) {
  return (
    <>
      <PageHeader title="Overview" />
      <EmptyState
        title={`There is no service ${shortName(id)}`}
        action={<a href="/overview">Choose a service</a>}
      >
        None that was found has this name; it may have been renamed, or its source may be disconnected.
      </EmptyState>
    </>
  );
}
