import { HubError, type Room } from "@fashionos/hub";
import { useCallback, useState } from "react";
import { type PendingMove, stillPending } from "./look-order";

/** What somebody should hear, and see where it is bad. */
export interface MoveNote {
  text: string;
  bad: boolean;
}

export interface LookMoves {
  pending: readonly PendingMove[];
  note: MoveNote;
  say(text: string): void;
  /** Shows the move at once and asks the hub for it; the hub's answer is what stays. */
  move(lookId: string, to: number, done: string): void;
}

/** Moves of looks that were asked for here. */
export function useLookMoves(room: Room): LookMoves {
  const [pending, setPending] = useState<readonly PendingMove[]>([]);
  const [note, setNote] = useState<MoveNote>({ text: "", bad: false });

  const move = useCallback(
    async (lookId: string, to: number, done: string) => {
      const asked: PendingMove = { lookId, to, seq: null };
      const settle = (seq: number | null) =>
        setPending((before) =>
          stillPending(before, room.cursor?.seq ?? null).flatMap((each) => (each !== asked ? [each] : seq === null ? [] : [{ ...asked, seq }])),
        );
      setPending((before) => [...before, asked]);
      try {
        const { outcome, seq } = await room.send({ name: "move_look", look_id: lookId, to });
        const refused = outcome.status === "refused";
        settle(refused ? null : seq);
        setNote(refused ? { text: `Not moved: ${outcome.refusal.message}`, bad: true } : { text: done, bad: false });
      } catch (cause) {
        settle(null);
        const offline = cause instanceof HubError && cause.code === "offline";
        setNote({ text: offline ? "No signal: nothing was moved." : `Not confirmed: ${cause instanceof Error ? cause.message : cause}`, bad: true });
      }
    },
    [room],
  );

  return {
    pending,
    note,
    say: useCallback((text) => setNote({ text, bad: false }), []),
    move: useCallback((lookId, to, done) => void move(lookId, to, done), [move]),
  };
}
