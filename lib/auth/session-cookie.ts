import "server-only";
import { config, publicUrl } from "@/lib/config";

/**
 * Names and options of the session's cookies. Browsers share cookies between the ports of a host, so the port is in
 * the name: two consoles on one machine do not sign each other out.
 */
export function cookieSettings() {
  const secure = publicUrl().startsWith("https://");
  const prefix = secure ? "__Secure-" : "";
  const suffix = `inferscope-${config().PORT}`;
  const options = { httpOnly: true, sameSite: "lax" as const, path: "/", secure };
  return {
    secure,
    cookies: {
      sessionToken: { name: `${prefix}${suffix}-session`, options },
      callbackUrl: { name: `${prefix}${suffix}-callback`, options },
      csrfToken: { name: `${secure ? "__Host-" : ""}${suffix}-csrf`, options },
      state: { name: `${prefix}${suffix}-state`, options: { ...options, maxAge: 900 } },
      pkceCodeVerifier: { name: `${prefix}${suffix}-pkce`, options: { ...options, maxAge: 900 } },
      nonce: { name: `${prefix}${suffix}-nonce`, options },
    },
  };
}
