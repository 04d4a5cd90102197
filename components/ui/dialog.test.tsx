// @vitest-environment happy-dom
import { cleanup, configure, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, it, vi } from "vitest";
import { IconButton } from "./button";
import { Dialog, SheetContent } from "./dialog";
import { Toaster, toast } from "./toaster";

// The list of toasts is loaded with the first.
configure({ asyncUtilTimeout: 10_000 });
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

function Opened() {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Add source
      </button>
      <Dialog open={isOpen} onOpenChange={setOpen}>
        <SheetContent title="Add a data source">
          <input aria-label="Name" />
        </SheetContent>
      </Dialog>
    </>
  );
}

it("gives the focus back to what opened it", async () => {
  render(<Opened />);
  const opener = screen.getByRole("button", { name: "Add source" });
  opener.focus();
  fireEvent.click(opener);
  const field = await screen.findByLabelText("Name");
  await waitFor(() => expect(document.activeElement).toBe(field));
  fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
  await waitFor(() => expect(document.activeElement).toBe(opener));
});
