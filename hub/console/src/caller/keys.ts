/** What a key does at the caller's desk. One table for the handler and for the overlay that lists them. */
export type KeyAction =
  | "go" | "hold" | "undo" | "start" | "end"
  | "later" | "sooner" | "later-more" | "sooner-more" | "custom-time"
  | "up" | "down" | "jump" | "skip"
  | "message" | "alert" | "surface" | "keys";

interface KeyLine {
  action: KeyAction;
  /** `KeyboardEvent.key`, letters in lower case. */
  key: string;
  shift?: boolean;
  /** As it is written on the cap. */
  cap: string;
  means: string;
}

export const KEYS: readonly KeyLine[] = [
  { action: "go", key: " ", cap: "Space", means: "GO: start the next cue" },
  { action: "hold", key: "h", cap: "H", means: "Hold, or resume" },
  { action: "undo", key: "u", cap: "U", means: "Undo the last step" },
  { action: "later", key: "ArrowRight", cap: "→", means: "Add 30 seconds" },
  { action: "sooner", key: "ArrowLeft", cap: "←", means: "Take 30 seconds" },
  { action: "later-more", key: "ArrowRight", shift: true, cap: "⇧ →", means: "Add 1 minute" },
  { action: "sooner-more", key: "ArrowLeft", shift: true, cap: "⇧ ←", means: "Take 1 minute" },
  { action: "custom-time", key: "t", cap: "T", means: "Add or take another time" },
  { action: "up", key: "ArrowUp", cap: "↑", means: "Select the cue above" },
  { action: "down", key: "ArrowDown", cap: "↓", means: "Select the cue below" },
  { action: "jump", key: "j", cap: "J", means: "Jump to the selected cue" },
  { action: "skip", key: "s", cap: "S", means: "Skip the selected cue, or take it in again" },
  { action: "start", key: "r", cap: "R", means: "Start the show or a rehearsal" },
  { action: "end", key: "e", cap: "E", means: "End the run" },
  { action: "message", key: "m", cap: "M", means: "Write a message to screens" },
  { action: "alert", key: "a", cap: "A", means: "Look after the loudest alert" },
  { action: "surface", key: "d", cap: "D", means: "Dark or light" },
  { action: "keys", key: "?", cap: "?", means: "This list" },
];

/** The action of a key press, or null when it is not ours (a browser's shortcut, a repeat). */
export function actionOf(press: { key: string; shiftKey: boolean; ctrlKey: boolean; metaKey: boolean; altKey: boolean; repeat: boolean }): KeyAction | null {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  const line = KEYS.find((line) => line.key === key && (key.length === 1 || (line.shift ?? false) === press.shiftKey));
  if (!line) return null;
  // A key that is held down moves the selection, and nothing else: a hand resting on Space must not run through the show.
  if (press.repeat && line.action !== "up" && line.action !== "down") return null;
  return line.action;
}

/** `+1:30`, `-45`, `2m`, `90s`: a time to add or take, ms; null when it is not one. */
export function parseTime(text: string): number | null {
  const match = /^\s*([+\-−]?)\s*(?:(\d{1,3}):([0-5]\d)|(\d{1,4})\s*(m|min|s|sec)?)\s*$/i.exec(text);
  if (!match) return null;
  const [, sign, minutes, seconds, plain, unit] = match;
  const total = minutes !== undefined ? Number(minutes) * 60 + Number(seconds) : Number(plain) * (unit?.toLowerCase().startsWith("m") ? 60 : 1);
  if (total === 0 || total > 86_400) return null;
  return (sign === "-" || sign === "−" ? -1 : 1) * total * 1000;
}
