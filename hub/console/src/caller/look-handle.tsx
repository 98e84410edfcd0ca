import type { KeyboardEvent, PointerEvent } from "react";

interface LookHandleProps {
  /** The look, as it is called out: its number and who wears it. */
  name: string;
  held: boolean;
  onKeyDown(event: KeyboardEvent): void;
  onBlur(): void;
  onPointerDown(event: PointerEvent): void;
  onPointerMove(event: PointerEvent): void;
  onPointerUp(event: PointerEvent): void;
  onPointerCancel(event: PointerEvent): void;
}

/** Where a look is taken hold of. Fingers scroll the list everywhere else. */
export function LookHandle({ name, held, ...handlers }: LookHandleProps) {
  return (
    <button
      type="button"
      aria-label={`Move ${name}`}
      aria-pressed={held}
      aria-describedby="looks-help"
      data-look-handle
      className={`flex h-8 w-6 shrink-0 touch-none items-center justify-center rounded-soft text-quiet hover:bg-pressed hover:text-ink ${held ? "cursor-grabbing" : "cursor-grab"}`}
      {...handlers}
    >
      <svg aria-hidden="true" width="8" height="14" viewBox="0 0 8 14" fill="currentColor">
        {[1, 7, 13].flatMap((y) => [1, 7].map((x) => <circle key={`${x}-${y}`} cx={x} cy={y} r="1" />))}
      </svg>
    </button>
  );
}
