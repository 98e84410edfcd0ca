import type { Room } from "@fashionos/hub";
import { useRows, useServerClock } from "@fashionos/hub/react";
import { messagesFor, toneOf } from "../show/messages";

const FIELDS = { plain: "bg-ink text-paper", wait: "bg-wait-field text-on-wait", stop: "bg-stop-field text-on-stop" };
const WORDS = { plain: "Message", wait: "Attention", stop: "Urgent" };

/** Longer messages are set smaller, so that all 280 characters of the longest fit. */
const LONG = 70;

/** A message over the whole width, for as long as it stands. Of several the loudest is shown. */
export function MessageBand({ room }: { room: Room }) {
  const messages = useRows(room, "screen_messages");
  const now = useServerClock(1);
  const [message, ...others] = messagesFor("wall", messages.values(), now);
  if (!message) return null;
  const tone = toneOf(message.severity);
  return (
    <div role="status" data-message className={`absolute inset-x-0 bottom-0 px-[3.6vh] py-[3vh] ${FIELDS[tone]}`}>
      <p className="wall-small">
        {WORDS[tone]}
        {others.length > 0 && ` · and ${others.length} more`}
      </p>
      <p className={message.text.length > LONG ? "wall-message-long" : "wall-message"}>{message.text}</p>
    </div>
  );
}
