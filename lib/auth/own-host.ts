import "server-only";
import { publicUrl } from "@/lib/config";
import { problem } from "@/lib/errors";

/**
 * Refuses a request that came under a name which is not this machine's. A foreign name can be made to point at
 * loopback (DNS rebinding), and then a page of that name counts as the console's own origin.
 */
export function requireOwnHost(request: Request): void {
  const host = request.headers.get("host") ?? "";
  const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  const loopback = name === "localhost" || name === "::1" || /^127\.\d+\.\d+\.\d+$/.test(name);
  if (loopback || host === new URL(publicUrl()).host) return;
  throw problem("forbidden", `The console is set up under its own address, ${publicUrl()}/setup.`);
}
