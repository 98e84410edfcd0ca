import { HubError, type DeviceProfile, type Room, type Severity } from "@fashionos/hub";
import { useRows, useServerClock } from "@fashionos/hub/react";
import { useMemo, useState, type FormEvent, type RefObject } from "react";
import { Button } from "../kit/button";
import { Tag } from "../kit/tag";
import { PROFILE_NAMES } from "../session/screen-path";
import { messagesFor, toneOf } from "../show/messages";

const AUDIENCES: ("all" | DeviceProfile)[] = ["all", "wall", "scan", "caller"];

/** Messages to screens: written here, shown until cleared, with the names of those who have read them. */
export function MessagePanel({ room, field }: { room: Room; field: RefObject<HTMLTextAreaElement | null> }) {
  const rows = useRows(room, "screen_messages");
  const acknowledgements = useRows(room, "message_acknowledgements");
  const now = useServerClock(1);
  const [text, setText] = useState("");
  const [audience, setAudience] = useState<"all" | DeviceProfile>("all");
  const [severity, setSeverity] = useState<Severity>("info");
  const [error, setError] = useState<string | null>(null);
  const readers = useMemo(() => {
    const names = new Map<string, string[]>();
    for (const read of acknowledgements.values()) names.set(read.message_id, [...(names.get(read.message_id) ?? []), read.principal_name]);
    return names;
  }, [acknowledgements]);

  const post = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    try {
      const { outcome } = await room.send({ name: "post_message", text: text.trim(), severity, audience: audience === "all" ? [] : [audience] });
      if (outcome.status === "refused") setError(outcome.refusal.message);
      else setText("");
    } catch (cause) {
      setError(cause instanceof HubError ? cause.message : String(cause));
    }
  };
  const control = "h-8 rounded-soft border border-rule bg-raised px-1 text-small";
  return (
    <section aria-labelledby="messages" className="flex flex-col gap-2">
      <h2 id="messages" className="label text-quiet">
        Messages to screens
      </h2>
      <form onSubmit={(event) => void post(event)} className="flex flex-col gap-2">
        <textarea
          ref={field}
          aria-label="Message"
          rows={2}
          maxLength={280}
          value={text}
          placeholder="Message"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Escape") event.currentTarget.blur();
            if (event.key === "Enter" && !event.shiftKey) {
              event.preventDefault();
              event.currentTarget.form?.requestSubmit();
            }
          }}
          className="resize-none rounded-soft border border-rule bg-raised p-2 text-body"
        />
        <div className="flex gap-2">
          <select aria-label="To" value={audience} onChange={(event) => setAudience(event.target.value as typeof audience)} className={control}>
            {AUDIENCES.map((to) => (
              <option key={to} value={to}>
                {to === "all" ? "All screens" : PROFILE_NAMES[to]}
              </option>
            ))}
          </select>
          <select aria-label="How it looks" value={severity} onChange={(event) => setSeverity(event.target.value as Severity)} className={control}>
            <option value="info">Plain</option>
            <option value="warning">Attention</option>
            <option value="critical">Urgent</option>
          </select>
          <Button type="submit" size="row" look="solid" disabled={!text.trim()} className="ml-auto">
            Send
          </Button>
        </div>
        {error && <p role="alert" className="text-small text-stop">{error}</p>}
      </form>
      <ul className="divide-y divide-hairline">
        {messagesFor(null, rows.values(), now).map((message) => {
          const names = readers.get(message.id) ?? [];
          return (
            <li key={message.id} data-message={message.id} className="flex items-start gap-2 py-2">
              <div className="min-w-0 flex-1">
                <p className="font-medium">
                  {message.severity !== "info" && <Tag tone={toneOf(message.severity)}>{message.severity === "critical" ? "urgent" : "attention"}</Tag>} {message.text}
                </p>
                <p className="text-small text-quiet">
                  {message.audience.length === 0 ? "All screens" : message.audience.map((to) => PROFILE_NAMES[to]).join(", ")} · {names.length === 0 ? "not read yet" : `read by ${names.join(", ")}`}
                </p>
              </div>
              <Button size="row" onClick={() => void room.send({ name: "clear_message", message_id: message.id }).catch(() => {})}>
                Clear
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
