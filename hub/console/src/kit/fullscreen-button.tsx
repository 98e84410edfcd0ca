import { useSyncExternalStore } from "react";
import { Button, type ButtonProps } from "./button";

function subscribe(changed: () => void): () => void {
  document.addEventListener("fullscreenchange", changed);
  return () => document.removeEventListener("fullscreenchange", changed);
}

/** Fills the screen, where the browser can (iPads cannot). */
export function FullscreenButton(props: ButtonProps) {
  const full = useSyncExternalStore(subscribe, () => document.fullscreenElement !== null);
  if (!document.fullscreenEnabled) return null;
  const toggle = () => void (full ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => {});
  return (
    <Button onClick={toggle} {...props}>
      {full ? "Leave full screen" : "Full screen"}
    </Button>
  );
}
