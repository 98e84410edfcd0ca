import { useEffect, useRef } from "react";
import { WedgeDetector } from "./wedge";

/** Sets a field's text as if typed, so that React hears of it. */
function retype(field: HTMLInputElement | HTMLTextAreaElement, text: string): void {
  const kind = field instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
  Object.getOwnPropertyDescriptor(kind, "value")!.set!.call(field, text);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/**
 * Catches codes of a keyboard-wedge scanner wherever the focus is. Letters that a burst had put into a field before it
 * was known for a burst are taken out again.
 */
export function useWedge(onCode: (code: string) => void): void {
  const latest = useRef(onCode);
  latest.current = onCode;
  useEffect(() => {
    const detector = new WedgeDetector();
    let before: { field: HTMLInputElement | HTMLTextAreaElement; text: string } | null = null;

    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return detector.reset();
      const field = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement ? event.target : null;
      const text = field?.value ?? "";
      const key = { key: event.key, at: event.timeStamp };
      const reading = detector.press(key);
      if (field && (before?.field !== field || detector.beganWith(key))) before = { field, text };
      if (reading.is === "typing") return;
      event.preventDefault();
      event.stopPropagation();
      if (reading.is === "code") {
        if (before && before.field === field) retype(before.field, before.text);
        before = null;
        latest.current(reading.code);
      }
    };
    addEventListener("keydown", press, { capture: true });
    return () => removeEventListener("keydown", press, { capture: true });
  }, []);
}
