"use client";

import "./style-nonce";
import { X } from "lucide-react";
import { Dialog as Primitive } from "radix-ui";
import type { ReactNode } from "react";
import { buttonClass } from "./button-class";
import { cn } from "./class-names";

export const Dialog = Primitive.Root;
export const DialogTrigger = Primitive.Trigger;
export const DialogClose = Primitive.Close;

const OVERLAY = "fixed inset-0 z-50 animate-fade bg-[color-mix(in_srgb,var(--surface-page)_60%,transparent)]";

type ContentProps = {
  title: ReactNode;
  /** One sentence under the title; also what a screen reader reads after it. */
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons at the end of the reading path, the primary one last. */
  footer?: ReactNode;
  className?: string;
};

/** A modal over the page: title, body, buttons. Escape closes. `wide` is for code and tables. */
export function DialogContent({
  title,
  description,
  children,
  footer,
  wide = false,
  className,
}: ContentProps & { wide?: boolean }) {
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={OVERLAY} />
      <Primitive.Content
        {...(description ? {} : { "aria-describedby": undefined })}
        onOpenAutoFocus={focusFirstField}
        onCloseAutoFocus={focusOpener}
        className={cn(
          "fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-32px)] -translate-x-1/2 animate-appear flex-col rounded-overlay bg-surface-raised shadow-overlay outline-none",
          wide ? "max-w-180" : "max-w-120",
          className,
        )}
      >
        <div className="flex items-start gap-3 pt-4 pr-14 pb-3 pl-6">
          <div className="grid min-w-0 flex-1 gap-1">
            <Primitive.Title className="line-clamp-3 text-section [overflow-wrap:anywhere]">
              {title}
            </Primitive.Title>
            {description ? (
              <Primitive.Description className="text-body text-secondary [overflow-wrap:anywhere]">
                {description}
              </Primitive.Description>
            ) : null}
          </div>
        </div>
        {children ? (
          <div className="min-h-0 flex-1 overflow-y-auto px-6 py-1 [overflow-wrap:anywhere]">{children}</div>
        ) : null}
        {footer ? (
          <div className="flex flex-wrap justify-end gap-2 px-6 pt-4 pb-6">{footer}</div>
        ) : (
          <div className="h-6 shrink-0" />
        )}
        <CloseButton className="absolute top-3.5 right-4" />
      </Primitive.Content>
    </Primitive.Portal>
  );
}

/** A drawer from an edge, for detail beside the page it belongs to. Use inside `Dialog`. */
export function SheetContent({
  title,
  description,
  children,
  footer,
  side = "right",
  className,
}: ContentProps & { side?: "left" | "right" }) {
  return (
    <Primitive.Portal>
      <Primitive.Overlay className={OVERLAY} />
      <Primitive.Content
        {...(description ? {} : { "aria-describedby": undefined })}
        onOpenAutoFocus={focusFirstField}
        onCloseAutoFocus={focusOpener}
        className={cn(
          "fixed inset-y-0 z-50 flex w-[min(480px,calc(100vw-32px))] flex-col bg-surface-raised shadow-overlay outline-none",
          side === "right" ? "right-0 animate-from-right" : "left-0 animate-from-left",
          className,
        )}
      >
        <div className="flex min-h-12 items-center gap-3 border-b pr-12 pl-4">
          <div className="min-w-0 flex-1 py-2">
            <Primitive.Title
              className="truncate text-section"
              title={typeof title === "string" ? title : undefined}
            >
              {title}
            </Primitive.Title>
            {description ? (
              <Primitive.Description className="text-body text-secondary [overflow-wrap:anywhere]">
                {description}
              </Primitive.Description>
            ) : null}
          </div>
        </div>
        <div className="min-h-0 flex-1 overflow-y-auto p-4">{children}</div>
        {footer ? <div className="flex justify-end gap-2 border-t p-4">{footer}</div> : null}
        <CloseButton className="absolute top-2.5 right-3" />
      </Primitive.Content>
    </Primitive.Portal>
  );
}

/** What had the focus when a dialog opened, by the dialog. */
const openers = new WeakMap<EventTarget, HTMLElement>();

/** The focused element; of an entry of a menu, which goes with it, what opened the menu. */
function focused(): HTMLElement | null {
  const element = document.activeElement;
  const trigger = element?.closest("[role=menu]")?.getAttribute("aria-labelledby");
  const opener = trigger ? document.getElementById(trigger) : element;
  return opener instanceof HTMLElement && opener !== document.body ? opener : null;
}

/** Into the first field, else on the dialog itself: never on a button, whose tooltip would take the first Escape. */
function focusFirstField(event: Event): void {
  const content = event.currentTarget as HTMLElement;
  const opener = focused();
  if (opener !== null) openers.set(content, opener);
  event.preventDefault();
  (content.querySelector<HTMLElement>("input, textarea, select, [role=combobox]") ?? content).focus();
}

/** Back to where it was: Radix knows of its own trigger only, and most dialogs here are opened by a state. */
function focusOpener(event: Event): void {
  const opener = openers.get(event.currentTarget as HTMLElement);
  if (!opener?.isConnected) return;
  event.preventDefault();
  opener.focus();
}

/** Last in the order of focus, so that a dialog opens on its first field. No tooltip: it would take the first Escape. */
function CloseButton({ className }: { className: string }) {
  return (
    <Primitive.Close
      aria-label="Close"
      className={cn(buttonClass("ghost", "sm"), "w-7 px-0 text-secondary hover:text-primary", className)}
    >
      <X />
    </Primitive.Close>
  );
}
