import { useEffect } from "react";
import type { OwnPresence } from "./presence";
import type { SharedDocument } from "./shared-document";

/** Not more often than anybody can see. */
const SHOW_EVERY_MS = 80;

/** Shows the others where one is. */
export function useShown(shared: SharedDocument, presence: OwnPresence): void {
  const text = JSON.stringify(presence);
  useEffect(() => {
    const timer = setTimeout(() => shared.show(JSON.parse(text) as OwnPresence), SHOW_EVERY_MS);
    return () => clearTimeout(timer);
  }, [shared, text]);
}
