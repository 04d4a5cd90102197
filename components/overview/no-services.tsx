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

/** A page of services before there is one: what is missing, and the one thing to do about it. */
export function NoServices({
  title,
  sources,
  canConnect,
}: {
  title: string;
  sources: readonly ConnectedSource[];
  canConnect: boolean;
}) {
  const down = sources.filter(({ reachable }) => reachable === false);
  const engines = profiles.flatMap(({ layer, title: name }) => (layer === "engine" ? [name] : []));
  const asked = sources.filter(({ reachable }) => reachable !== false);
  const docs = { href: "/docs/signals", label: "Which metrics are understood" };
  return (
    <>
      <PageHeader title={title} />
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
          {asked.map(({ name, url }) => `${name} (${url})`).join(", ")} {asked.length === 1 ? "has" : "have"}{" "}
          no metric of {engines.join(", ")}, and none named <code className="text-mono">llm_*</code>. Let it
          scrape the <code className="text-mono">/metrics</code> of the servers; the search goes on every 30
          seconds.
          {down.map(({ name, problem }) => (
            <span key={name} className="block pt-2">
              {name}: {problem ?? "it does not answer"}
            </span>
          ))}
        </EmptyState>
      )}
    </>
  );
}
