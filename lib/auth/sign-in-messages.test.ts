import { describe, expect, it } from "vitest";
import { signInMessage } from "./sign-in-messages";

describe("signInMessage", () => {
  it.each([
    ["Throttled-1", "Too many tries. Wait one second and try again."],
    ["Throttled-42", "Too many tries. Wait 42 seconds and try again."],
    ["Throttled-60", "Too many tries. Wait one minute and try again."],
    ["Throttled-61", "Too many tries. Wait 2 minutes and try again."],
    ["Wrong", "E-mail or password is wrong."],
    ["", null],
    [undefined, null],
  ])("says of %s: %s", (code, sentence) => {
    expect(signInMessage(code)).toBe(sentence);
  });

  it.each(["toString", "__proto__", "Call 0900-EVIL", "Throttled-99999999", "Throttled-1<b>"])(
    "repeats nothing of a code it does not know: %s",
    (code) => {
      expect(signInMessage(code)).toBe("The sign-in did not work. Try again.");
    },
  );
});
