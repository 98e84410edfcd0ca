import type { Step } from "./selection";

/** What a key press means in the sheet while no cell is being edited. */
export type GridAction =
  | { readonly do: "step"; readonly step: Step; readonly extend: boolean }
  | { readonly do: "edit" | "type" | "clear" | "fill" | "undo" | "redo" | "all" | "row" | "new-shot" | "new-scene" | "delete" | "leave" | "keys" | "tick" }
  | { readonly do: "shift"; readonly by: 1 | -1 };

interface Press {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** The keys as the overlay lists them. */
export const GRID_KEYS: readonly (readonly [cap: string, means: string])[] = [
  ["↑ ↓ ← →", "Move; with ⇧ select, with Ctrl from scene to scene"],
  ["Tab", "To the next cell; Esc, then Tab, leaves the sheet"],
  ["Enter", "Edit, or just type; F2 too. Enter again goes down"],
  ["Esc", "Leave a cell as it was"],
  ["⇧ Enter", "A new line in a text"],
  ["Space", "In Status: done, or not"],
  ["Del", "Empty the selected cells"],
  ["Ctrl D", "Fill down"],
  ["Ctrl C X V", "Copy, cut, paste, also from and to a spreadsheet"],
  ["Ctrl Z", "Undo; Ctrl ⇧ Z does it again"],
  ["Ctrl Enter", "A new shot below; with ⇧ a new scene"],
  ["Alt ↑ ↓", "Move the selected lines"],
  ["⇧ Space", "Select the whole line; Ctrl A everything"],
  ["Ctrl Del", "Delete the selected lines"],
  ["?", "This list"],
];

const STEPS: Record<string, Step> = {
  ArrowUp: "up", ArrowDown: "down", ArrowLeft: "left", ArrowRight: "right", PageUp: "page-up", PageDown: "page-down", Home: "home", End: "end",
};
const FAR_STEPS: Record<string, Step> = { ArrowUp: "previous-scene", ArrowDown: "next-scene", ArrowLeft: "home", ArrowRight: "end", Home: "top", End: "bottom" };

/** The action of a key press, or null when the browser may have it. */
export function gridAction(press: Press): GridAction | null {
  const { key, shiftKey: shift, altKey: alt } = press;
  const control = press.ctrlKey || press.metaKey;
  if (alt && !control) return key === "ArrowUp" ? { do: "shift", by: -1 } : key === "ArrowDown" ? { do: "shift", by: 1 } : null;
  if (control && !alt) {
    const step = FAR_STEPS[key];
    if (step) return { do: "step", step, extend: shift };
    switch (key.toLowerCase()) {
      case "d":
        return { do: "fill" };
      case "z":
        return { do: shift ? "redo" : "undo" };
      case "y":
        return { do: "redo" };
      case "a":
        return { do: "all" };
      case "enter":
        return { do: shift ? "new-scene" : "new-shot" };
      case "delete":
      case "backspace":
        return { do: "delete" };
      default:
        return null;
    }
  }
  if (control || alt) return null;
  const step = STEPS[key];
  if (step) return { do: "step", step, extend: shift };
  switch (key) {
    case "Tab":
      return { do: "step", step: shift ? "previous" : "next", extend: false };
    case "Enter":
    case "F2":
      return { do: "edit" };
    case "Delete":
    case "Backspace":
      return { do: "clear" };
    case "Escape":
      return { do: "leave" };
    case " ":
      return { do: shift ? "row" : "tick" };
    case "?":
      return { do: "keys" };
  }
  // What writes a character begins to edit; input methods say "Process" or "Dead" and write it later.
  return [...key].length === 1 || key === "Process" || key === "Dead" ? { do: "type" } : null;
}
