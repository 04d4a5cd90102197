/** Ten thousand rules with their annotations. */
export const mostRuleFileBytes = 20 * 1_048_576;

export const isTooLarge = (bytes: number): boolean => bytes > mostRuleFileBytes;

/** The text of a rule file. Throws TypeError for what is not UTF-8. */
export function ruleFileText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
