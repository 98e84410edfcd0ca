import type { Face } from "./verdict-face";

const PATHS: Record<Face["shape"], string> = {
  check: "M22 52 L42 72 L80 30",
  arrow: "M20 50 H78 M56 28 L78 50 L56 72",
  star: "M50 23 L57.8 41.3 L77.6 43 L62.6 56.1 L67 75.4 L50 65.2 L33 75.4 L37.4 56.1 L22.4 43 L42.2 41.3 Z",
  cross: "M26 26 L74 74 M74 26 L26 74",
  bar: "M22 50 H78",
  turn: "M72 76 V46 A18 18 0 0 0 36 46 V66 M22 52 L36 66 L50 52",
};

/** The shape of a verdict: a circle around what passes, a square around what does not. */
export function Shape({ shape, passes, className = "" }: { shape: Face["shape"]; passes: boolean; className?: string }) {
  return (
    <svg viewBox="0 0 100 100" className={className} fill="none" stroke="currentColor" strokeWidth="7" aria-hidden>
      {passes ? <circle cx="50" cy="50" r="46" strokeWidth="4" /> : <rect x="4" y="4" width="92" height="92" strokeWidth="4" />}
      <path d={PATHS[shape]} strokeLinejoin="miter" />
    </svg>
  );
}
