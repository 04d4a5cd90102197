// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import HandleLine from "./handle-line";
import type { Layout } from "./time-series-options";

afterEach(cleanup);

const layout: Layout = {
  chartWidth: 500,
  left: 40,
  top: 10,
  width: 450,
  height: 200,
  labels: [],
  marks: [],
  dots: [],
  ends: { low: 0, high: 2 },
};

function show(value: number) {
  const onChange = vi.fn();
  const onDragging = vi.fn();
  const handle = { value, label: "Threshold of warning", tone: "warning" as const, onChange, onDragging };
  render(<HandleLine handle={handle} layout={layout} unit="seconds" />);
  const slider = screen.getByRole("slider", { name: "Threshold of warning" });
  // happy-dom has no capture of pointers.
  slider.setPointerCapture = () => {};
  return { slider, onChange, onDragging };
}

it("says its value with its unit, and is moved by keys", () => {
  const { slider, onChange } = show(0.7);
  expect(slider.getAttribute("aria-valuetext")).toMatch(/^0\.7.s$/);
  fireEvent.keyDown(slider, { key: "ArrowUp" });
  fireEvent.keyDown(slider, { key: "PageDown" });
  expect(onChange.mock.calls).toEqual([[0.71], [0.6]]);
});

it("is dragged by as many values as pixels, over the end of the axis too", () => {
  const { slider, onChange, onDragging } = show(1);
  fireEvent.pointerDown(slider, { button: 0, clientY: 110, pointerId: 1 });
  fireEvent.pointerMove(slider, { clientY: 60, pointerId: 1 });
  fireEvent.pointerMove(slider, { clientY: -40, pointerId: 1 });
  fireEvent.pointerUp(slider, { pointerId: 1 });
  fireEvent.pointerMove(slider, { clientY: 110, pointerId: 1 });
  expect(onChange.mock.calls).toEqual([[1.5], [2.5]]);
  expect(onDragging.mock.calls).toEqual([[true], [false]]);
});

it("stays on the chart where its value is beyond it", () => {
  const { slider } = show(5);
  expect(slider.style.top).toBe("-2px");
  expect(slider.getAttribute("aria-valuemax")).toBe("5");
});
