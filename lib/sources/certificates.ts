import { X509Certificate } from "node:crypto";

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Why a text is not a list of certificates in PEM, as a sentence; null when it is. */
export function certificateProblem(pem: string): string | null {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem))
    return "This holds a private key. Paste only the authority's certificate";
  const blocks = pem.match(BLOCK);
  if (blocks === null) return "A certificate in PEM, beginning with -----BEGIN CERTIFICATE-----";
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch {
      return `Certificate ${index + 1} cannot be read; copy it whole, with its first and last line`;
    }
  }
  return null;
}
