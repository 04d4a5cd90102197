// @vitest-environment happy-dom
import { act, renderHook } from "@testing-library/react";
import { expect, it } from "vitest";
import { useCursorPages } from "./pagination";

it("begins another list on its first page", () => {
  const { result, rerender } = renderHook(({ list }) => useCursorPages(list), {
    initialProps: { list: "a" },
  });
  act(() => result.current.next("2"));
  act(() => result.current.next("3"));
  expect(result.current.cursor).toBe("3");
  rerender({ list: "b" });
  expect(result.current).toMatchObject({ cursor: null, canGoBack: false });
  act(() => result.current.next("b2"));
  act(() => result.current.back());
  expect(result.current.cursor).toBeNull();
});
