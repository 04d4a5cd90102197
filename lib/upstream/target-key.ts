import { createHash } from "node:crypto";
import type { UpstreamTarget } from "./target";

const keys = new WeakMap<UpstreamTarget, string>();

/**
 * Returns a key under which answers of a target may be kept: another for another address, tenant or credential,
 * so that one never sees what was read with the other. A hash, so that no secret lies in a cache's keys.
 */
export function targetKey(target: UpstreamTarget): string {
  let key = keys.get(target);
  if (!key) {
    const { id, kind, url, headers, ca } = target;
    const content = JSON.stringify([id, kind, url, Object.entries(headers).sort(), ca]);
    key = createHash("sha256").update(content).digest("base64url");
    keys.set(target, key);
  }
  return key;
}
