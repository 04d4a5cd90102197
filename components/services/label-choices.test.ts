import { describe, expect, it } from "vitest";
import { choiceOptions, choicesOf, guessed, none, patchOf } from "./label-choices";

const service = {
  labels: { version: "version", model: null, replica: null },
  labelChoices: { model: "" },
};

describe("the choice of labels", () => {
  it("begins with what was chosen, and changes nothing by itself", () => {
    const form = choicesOf(service);
    expect(form).toEqual({ version: guessed, model: none, replica: guessed });
    expect(patchOf(form, service)).toBeUndefined();
  });

  it("sends what differs: a label, none, or back to the guess", () => {
    expect(patchOf({ version: "release", model: guessed, replica: none }, service)).toEqual({
      labels: { version: "release", model: null, replica: "" },
    });
  });

  it("offers the labels of the series, with some of what they hold", () => {
    const labels = [{ label: "release", count: 7, values: ["2026-10", "2026-11"] }];
    expect(choiceOptions("version", service, labels)).toEqual([
      { value: guessed, label: "Guess: version" },
      { value: none, label: "None" },
      { value: "release", label: "release", detail: "2026-10, 2026-11 and 5 more" },
    ]);
    expect(
      choiceOptions("version", { ...service, labelChoices: { version: "gone" } }, labels).map(
        ({ label }) => label,
      ),
    ).toEqual(["Guess", "None", "gone", "release"]);
  });
});
