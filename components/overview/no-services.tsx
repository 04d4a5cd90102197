import { PageHeader } from "@/components/shell/page-header";
import { EmptyState } from "@/components/ui/empty-state";
import { profiles } from "@/lib/signals/profiles";
import { WaitForService } from "./wait-for-service";

interface ConnectedSource {
  name: string;
  url: string;
  reachable: boolean | null;
  problem: string | null;
}

/** The overview before there is a service: what is missing, and the one thing to do about it. */
export function NoServices({
  sources,
  canConnect,
}: {
  sources: readonly ConnectedSource[];
  canConnect: boolean;
}) {
  const down = sources.filter(({ reachable }) => reachable === false);
  const sentinels = profiles.flatMap((profile) => (profile.layer === "engine" ? profile.sentinels : []));
  const docs = { href: "/docs/signals", label: "Which metrics are understood" };
  return (
    <>
      <PageHeader title="Overview" />
      <WaitForService />
      {sources.length === 0 ? (
        <EmptyState
          title="No Prometheus is connected"
          docs={docs}
          action={canConnect ? <a href="/settings">Connect a Prometheus</a> : undefined}
        >
          Inferscope reads metrics from Prometheus, Thanos, Mimir or VictoriaMetrics.{" "}
          {canConnect ? null : "An administrator connects one in Settings."}
        </EmptyState>
      ) : down.length === sources.length ? (
        <EmptyState title="No Prometheus answers" action={<a href="/settings">Open the settings</a>}>
          {down.map(({ name, problem }) => (
            <span key={name} className="block">
              {name}: {problem ?? "it does not answer"}
            </span>
          ))}
        </EmptyState>
      ) : (
        <EmptyState title="No LLM service was found yet" docs={docs}>
          None of {[...sentinels, "llm_requests_total"].map((name) => `\`${name}\``).join(", ")} is in{" "}
          {sources.map(({ name, url }) => `${name} (${url})`).join(", ")}. The search goes on every 30
          seconds.
        </EmptyState>
      )}
    </>
  );
}
