import { createTailwindMerge } from "tailwind-merge";

const any = () => true;

/** Groups whose classes are the group's name, a dash and any value: `gap-4`, `min-w-0`. */
const valued = [
  ...["size", "w", "h", "min-w", "min-h", "max-w", "max-h", "basis", "columns", "aspect"],
  ...[
    "p",
    "px",
    "py",
    "pt",
    "pr",
    "pb",
    "pl",
    "m",
    "mx",
    "my",
    "mt",
    "mr",
    "mb",
    "ml",
    "gap",
    "gap-x",
    "gap-y",
  ],
  ...["top", "right", "bottom", "left", "inset", "inset-x", "inset-y", "z", "order"],
  ...["grid-cols", "grid-rows", "col-start", "col-end", "row-start", "row-end", "auto-rows", "auto-cols"],
  ...["place-items", "place-content", "place-self", "justify-items", "justify-self"],
  ...[
    "leading",
    "tracking",
    "underline-offset",
    "outline-offset",
    "border-spacing",
    "scroll-mt",
    "scroll-mb",
  ],
  ...["opacity", "translate-x", "translate-y", "rotate", "duration", "delay", "cursor", "select"],
  ...["pointer-events", "break-inside", "fill", "stroke", "accent", "line-clamp"],
];

/** Groups whose class may also stand alone, as `rounded` does. */
const alone = ["shrink", "grow", "shadow", ...["", "-t", "-r", "-b", "-l"].map((side) => `rounded${side}`)];

/** Groups named otherwise than their classes begin. */
const prefixed: Record<string, string> = {
  "vertical-align": "align",
  "col-start-end": "col",
  "row-start-end": "row",
  "bg-color": "bg",
  "text-color": "text",
  "font-family": "font",
  "outline-color": "outline",
  "text-decoration-color": "decoration",
  ...Object.fromEntries(
    ["", "-x", "-y", "-t", "-r", "-b", "-l"].map((side) => [`border-color${side}`, `border${side}`]),
  ),
};

const aligned = ["normal", "start", "end", "center", "between", "around", "evenly", "baseline", "stretch"];

/** Groups whose classes share a beginning with another group, or have none in common. */
const named: Record<string, (string | Record<string, string[]>)[]> = {
  ...Object.fromEntries(
    ["", "-x", "-y", "-t", "-r", "-b", "-l"].map((side) => [
      `border-w${side}`,
      [{ [`border${side}`]: ["", "0", "2", "4", "8", "px"] }],
    ]),
  ),
  "border-style": [{ border: ["solid", "dashed", "dotted", "double", "hidden", "none"] }],
  "border-collapse": [{ border: ["collapse", "separate"] }],
  "outline-style": [{ outline: ["solid", "dashed", "dotted", "double", "none", "hidden"] }],
  "outline-w": [{ outline: ["", "0", "1", "2", "4"] }],
  "font-size": [
    {
      text: [
        ...["xs", "sm", "base", "lg", "xl", "2xl", "3xl"],
        // Ours, as the tokens name them.
        ...["caption", "body", "strong", "section", "page", "stat", "overview", "mono", "mono-body"],
      ],
    },
  ],
  "font-weight": [{ font: ["light", "normal", "medium", "semibold", "bold"] }],
  "text-alignment": [{ text: ["left", "center", "right", "justify", "start", "end"] }],
  "text-wrap": [{ text: ["wrap", "nowrap", "balance", "pretty"] }],
  "text-overflow": ["truncate", "text-ellipsis", "text-clip"],
  "text-transform": ["uppercase", "lowercase", "capitalize", "normal-case"],
  "text-decoration": ["underline", "overline", "line-through", "no-underline"],
  "text-decoration-style": [{ decoration: ["solid", "double", "dotted", "dashed", "wavy"] }],
  "font-style": ["italic", "not-italic"],
  "fvn-spacing": ["tabular-nums", "proportional-nums"],
  whitespace: [{ whitespace: ["normal", "nowrap", "pre", "pre-line", "pre-wrap", "break-spaces"] }],
  break: [{ break: ["normal", "all", "keep", "words"] }],
  display: [
    ...[
      "block",
      "inline-block",
      "inline",
      "flex",
      "inline-flex",
      "grid",
      "inline-grid",
      "contents",
      "hidden",
    ],
    ...["table", "inline-table", "table-cell", "table-row", "list-item", "flow-root"],
  ],
  flex: [{ flex: ["1", "auto", "initial", "none"] }],
  "flex-direction": [{ flex: ["row", "row-reverse", "col", "col-reverse"] }],
  "flex-wrap": [{ flex: ["wrap", "wrap-reverse", "nowrap"] }],
  ...Object.fromEntries(
    ["", "-x", "-y"].map((axis) => [
      `overflow${axis}`,
      [{ [`overflow${axis}`]: ["auto", "hidden", "clip", "visible", "scroll"] }],
    ]),
  ),
  ...Object.fromEntries(
    ["", "-x", "-y"].map((axis) => [
      `overscroll${axis}`,
      [{ [`overscroll${axis}`]: ["auto", "contain", "none"] }],
    ]),
  ),
  "align-items": [{ items: ["start", "end", "center", "baseline", "stretch"] }],
  "align-content": [{ content: aligned }],
  "align-self": [{ self: ["auto", "start", "end", "center", "stretch", "baseline"] }],
  "justify-content": [{ justify: aligned }],
  resize: [{ resize: ["", "none", "x", "y"] }],
  touch: [{ touch: ["auto", "none", "manipulation"] }],
  transform: [{ transform: ["", "none"] }],
  position: ["static", "fixed", "absolute", "relative", "sticky"],
  visibility: ["visible", "invisible", "collapse"],
  sr: ["sr-only", "not-sr-only"],
  transition: [{ transition: ["", "all", "colors", "opacity", "shadow", "transform", "none"] }],
  animate: [{ animate: ["none", "spin", "ping", "pulse", "bounce"] }],
  filter: [{ filter: ["", "none"] }],
  "table-layout": [{ table: ["auto", "fixed"] }],
};

const sides = (group: string, ...endings: string[]) => endings.map((ending) => `${group}${ending}`);

/**
 * Merges classes as `tailwind-merge` does out of the box, of the groups that the console uses: knowledge of all of
 * Tailwind is six times as much to load. A test holds the two together for every class in the source.
 */
export const mergeClasses = createTailwindMerge(() => ({
  cacheSize: 500,
  theme: {},
  classGroups: {
    ...named,
    ...Object.fromEntries(alone.map((name) => [name, [{ [name]: ["", any] }]])),
    ...Object.fromEntries(valued.map((name) => [name, [{ [name]: [any] }]])),
    ...Object.fromEntries(Object.entries(prefixed).map(([group, prefix]) => [group, [{ [prefix]: [any] }]])),
  },
  conflictingClassGroups: {
    overflow: sides("overflow", "-x", "-y"),
    "line-clamp": ["display", "overflow"],
    overscroll: sides("overscroll", "-x", "-y"),
    inset: ["inset-x", "inset-y", "top", "right", "bottom", "left"],
    "inset-x": ["right", "left"],
    "inset-y": ["top", "bottom"],
    flex: ["basis", "grow", "shrink"],
    gap: sides("gap", "-x", "-y"),
    p: sides("p", "x", "y", "t", "r", "b", "l"),
    px: ["pr", "pl"],
    py: ["pt", "pb"],
    m: sides("m", "x", "y", "t", "r", "b", "l"),
    mx: ["mr", "ml"],
    my: ["mt", "mb"],
    size: ["w", "h"],
    "font-size": ["leading"],
    rounded: sides("rounded", "-t", "-r", "-b", "-l"),
    "border-w": sides("border-w", "-x", "-y", "-t", "-r", "-b", "-l"),
    "border-w-x": sides("border-w", "-r", "-l"),
    "border-w-y": sides("border-w", "-t", "-b"),
    "border-color": sides("border-color", "-x", "-y", "-t", "-r", "-b", "-l"),
    "border-color-x": sides("border-color", "-r", "-l"),
    "border-color-y": sides("border-color", "-t", "-b"),
  },
  conflictingClassGroupModifiers: { "font-size": ["leading"] },
  orderSensitiveModifiers: [
    ...["*", "**", "after", "backdrop", "before", "details-content", "file", "first-letter", "first-line"],
    ...["marker", "placeholder", "selection"],
  ],
}));
