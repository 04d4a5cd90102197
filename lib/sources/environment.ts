import "server-only";
import { systemActor } from "@/lib/auth/actor";
import { config } from "@/lib/config";
import { ensureEnvironmentSource } from "./commands";
import { splitUserInfo } from "./host";
import { sourceKindFacts, sourceKinds } from "./schema";

/**
 * Makes the sources of PROMETHEUS_URL, JAEGER_URL and ALERTMANAGER_URL exist. A user and password in a URL are sealed
 * and not shown. Consoles that start together do it once; a second start changes nothing. Throws when the database
 * cannot be reached.
 */
export async function ensureEnvironmentSources(): Promise<void> {
  const actor = systemActor("environment");
  for (const kind of sourceKinds) {
    const variable = sourceKindFacts[kind].variable as "PROMETHEUS_URL" | "JAEGER_URL" | "ALERTMANAGER_URL";
    const given = config()[variable];
    const { url, credentials } =
      given === undefined ? { url: null, credentials: null } : splitUserInfo(given);
    await ensureEnvironmentSource(actor, { kind, url, credentials });
  }
}
