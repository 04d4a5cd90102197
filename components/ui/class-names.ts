import { type ClassValue, clsx } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

const merge = extendTailwindMerge({
  extend: {
    classGroups: {
      "font-size": [
        {
          text: ["caption", "body", "strong", "section", "page", "stat", "overview", "mono", "mono-body"],
        },
      ],
      rounded: [{ rounded: ["control", "panel", "overlay", "pill"] }],
    },
  },
});

/** Joins class names; of two that set the same property the later wins, so that a caller's `className` does. */
export function cn(...classes: ClassValue[]): string {
  return merge(clsx(classes));
}
