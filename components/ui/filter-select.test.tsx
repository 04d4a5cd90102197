// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { FilterSelect } from "./filter-select";

afterEach(cleanup);

it("names no filter, and gives an empty value back for it", () => {
  const onValueChange = vi.fn();
  const values = [{ value: "critical", label: "Critical" }];
  const { rerender } = render(
    <FilterSelect
      aria-label="Severity"
      all="Any severity"
      values={values}
      value=""
      onValueChange={onValueChange}
    />,
  );
  const trigger = screen.getByRole("combobox", { name: "Severity" });
  expect(trigger.textContent).toBe("Any severity");
  fireEvent.keyDown(trigger, { key: "Enter" });
  fireEvent.click(screen.getByRole("option", { name: "Critical" }));
  expect(onValueChange).toHaveBeenLastCalledWith("critical");
  rerender(
    <FilterSelect
      aria-label="Severity"
      all="Any severity"
      values={values}
      value="critical"
      onValueChange={onValueChange}
    />,
  );
  expect(trigger.textContent).toBe("Critical");
  fireEvent.keyDown(trigger, { key: "Enter" });
  fireEvent.click(screen.getByRole("option", { name: "Any severity" }));
  expect(onValueChange).toHaveBeenLastCalledWith("");
});
