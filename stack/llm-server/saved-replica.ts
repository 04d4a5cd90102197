import { readFile, rename } from "node:fs/promises";
import { z } from "zod";
import type { Deployment } from "./deployment";
import type { SavedReplica } from "./history";

// A replica is taken up only while its counters can be brought to the present in a moment; or from a little ahead: a
// history may end when Prometheus is expected to be up, and the server then begins at that time.
const OLDEST_STATE_SECONDS = 900;
const NEWEST_STATE_SECONDS = 120;

const savedSchema = z.looseObject({
  format: z.literal(1),
  version: z.string(),
  instance: z.string(),
  state: z.looseObject({ at: z.number() }),
});

/**
 * Takes the replica that a backfill saved, once: the file is renamed to `<file>.used`, for counters that start from it
 * a second time would lie below what Prometheus has seen and look like a jump of their whole value. Null, with the
 * reason, where it is not there, of another deployment, or too far away in time; throws if it is no such file.
 */
export async function takeSavedReplica(
  path: string,
  deployment: Deployment,
  now: number,
): Promise<{ saved: SavedReplica } | { saved: null; reason: string }> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
    await rename(path, `${path}.used`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { saved: null, reason: "no such file" };
    throw error;
  }
  const parsed = savedSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${path} is not a replica saved by --role backfill.`);
  const saved = parsed.data as unknown as SavedReplica;
  if (saved.version !== deployment.version || saved.instance !== deployment.instance) {
    return { saved: null, reason: `it is of ${saved.instance}, ${saved.version}` };
  }
  const age = now - saved.state.at;
  if (age > OLDEST_STATE_SECONDS || age < -NEWEST_STATE_SECONDS) {
    return { saved: null, reason: `it is ${Math.round(age)} s old` };
  }
  return { saved };
}
