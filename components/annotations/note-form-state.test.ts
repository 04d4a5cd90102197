import { describe, expect, it } from "vitest";
import { emptyNote, inputOf, localInputValue, noteOf } from "./note-form-state";

const start = 1_772_632_800;

describe("the form of a note", () => {
  it("sends a moment without an end, of one service or of all", () => {
    const form = { ...emptyNote({ start }, "chat-api"), text: "  Cache warmed  " };
    const sent = { text: "Cache warmed", start: new Date(start * 1000).toISOString(), end: null };
    expect(inputOf(form)).toEqual({ input: { ...sent, service: "chat-api" } });
    expect(inputOf({ ...form, service: "" })).toEqual({ input: { ...sent, service: null } });
  });

  it("sends a range, and keeps its times through an edit", () => {
    const form = { ...emptyNote({ start, end: start + 600 }, ""), text: "Load test" };
    expect(inputOf(form)).toMatchObject({
      input: {
        start: new Date(start * 1000).toISOString(),
        end: new Date((start + 600) * 1000).toISOString(),
      },
    });
    const saved = {
      id: "019a1c3e-7777-7c41-9d0e-3b6a2f8c1d47",
      text: "Load test",
      start: new Date(start * 1000).toISOString(),
      end: new Date((start + 600) * 1000).toISOString(),
      kind: "note",
      service: null,
      author: null,
      isComputed: false,
      version: 1,
      actions: [],
    };
    expect(noteOf(saved)).toEqual(form);
  });

  it("says what is wrong, at the field", () => {
    const form = emptyNote({ start, end: start - 60 }, "");
    expect(inputOf(form)).toEqual({
      problems: [
        { field: "text", message: "Say what happened" },
        { field: "to", message: "Not before the start" },
      ],
    });
    expect(inputOf({ ...form, text: "x", span: "moment", from: "" })).toEqual({
      problems: [{ field: "from", message: "Give a date and a time" }],
    });
  });

  it("shows times in the viewer's zone", () => {
    expect(new Date(localInputValue(start)).getTime()).toBe(start * 1000);
  });
});
