// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { IconButton } from "./button";
import { Dialog, SheetContent } from "./dialog";
import { Toaster, toast } from "./toaster";

afterEach(cleanup);

function show() {
  const onOpenChange = vi.fn();
  render(
    <>
      <Dialog open onOpenChange={onOpenChange}>
        <SheetContent title="Notes">
          <IconButton label="Change the note">x</IconButton>
        </SheetContent>
      </Dialog>
      <Toaster />
    </>,
  );
  return onOpenChange;
}

it("closes on one Escape while a toast stands", async () => {
  const onOpenChange = show();
  toast("The note was added");
  await screen.findByText("The note was added");
  fireEvent.keyDown(screen.getByRole("dialog", { name: "Notes" }), { key: "Escape" });
  await waitFor(() => expect(onOpenChange).toHaveBeenCalledExactlyOnceWith(false));
});

it("closes on one Escape while a tooltip stands", async () => {
  const onOpenChange = show();
  fireEvent.focus(screen.getByRole("button", { name: "Change the note" }));
  await screen.findByRole("tooltip");
  fireEvent.keyDown(screen.getByRole("dialog", { name: "Notes" }), { key: "Escape" });
  await waitFor(() => expect(onOpenChange).toHaveBeenCalledExactlyOnceWith(false));
});
