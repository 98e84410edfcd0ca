import { useEffect, useState } from "react";

export type Surface = "paper" | "night";

/** The surface that somebody chose for a kind of screen on this device. */
export function useSurface(screen: string, first: Surface): [Surface, () => void] {
  const key = `fashionos.${screen}.surface`;
  const [surface, setSurface] = useState<Surface>(() => (localStorage.getItem(key) as Surface | null) ?? first);
  useEffect(() => {
    localStorage.setItem(key, surface);
  }, [key, surface]);
  return [surface, () => setSurface((is) => (is === "night" ? "paper" : "night"))];
}
