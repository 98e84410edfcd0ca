import type { DeviceProfile, Room } from "@fashionos/hub";
import { useHub, useRows, useServerClock, useSignal } from "@fashionos/hub/react";
import { useMemo } from "react";
import { messagesFor, toneOf } from "../show/messages";

const FIELDS = { plain: "bg-ink text-paper", wait: "bg-wait-field text-on-wait", stop: "bg-stop-field text-on-stop" };

/** Messages of the show caller on a screen with hands: each asks to be confirmed as read, and goes away then. */
export function ScreenMessages({ room, profile }: { room: Room; profile: DeviceProfile }) {
  const hub = useHub();
  const me = useSignal(hub.principal)?.id;
  const messages = useRows(room, "screen_messages");
  const acknowledgements = useRows(room, "message_acknowledgements");
  const now = useServerClock(1);
  const read = useMemo(
    () => new Set([...acknowledgements.values()].filter((a) => a.principal_id === me).map((a) => a.message_id)),
    [acknowledgements, me],
  );
  const [message, ...others] = messagesFor(profile, messages.values(), now).filter(({ id }) => !read.has(id));
  if (!message) return null;
  return (
    <div role="status" data-message className={`pointer-events-auto flex items-center gap-4 px-4 py-3 ${FIELDS[toneOf(message.severity)]}`}>
      <p className="min-w-0 flex-1 text-lead font-medium">
        {message.text}
        {others.length > 0 && <span className="text-small"> · and {others.length} more</span>}
      </p>
      <button
        type="button"
        className="h-12 shrink-0 rounded-soft border border-current px-5 font-semibold"
        // Kept until it is confirmed: the caller counts on it.
        onClick={() => void room.send({ name: "acknowledge_message", message_id: message.id }, { offline: "queue" }).catch(() => {})}
      >
        Read
      </button>
    </div>
  );
}
