import { useState } from "react";

/** What supervisors say most often; one tap. */
const REASONS = ["Confirmed by the host", "Sent from another gate", "On the press desk's list"];

/** Lets a guest in against a rule, with a reason that is kept. */
export function OverrideForm({ onOverride, onCancel }: { onOverride: (reason: string) => void; onCancel: () => void }) {
  const [reason, setReason] = useState("");
  const text = reason.trim();
  const button = "h-14 rounded-soft border border-current px-5 text-lead font-medium disabled:opacity-40";
  return (
    <form
      className="flex w-full max-w-[560px] flex-col gap-3 text-left"
      onSubmit={(event) => {
        event.preventDefault();
        if (text) onOverride(text);
      }}
    >
      <div className="flex flex-wrap gap-2">
        {REASONS.map((choice) => (
          <button key={choice} type="button" aria-pressed={reason === choice} className="h-12 rounded-soft border border-current px-4 aria-pressed:underline" onClick={() => setReason(choice)}>
            {choice}
          </button>
        ))}
      </div>
      <label className="flex flex-col gap-1">
        <span className="label">Reason</span>
        <input value={reason} maxLength={200} onChange={(event) => setReason(event.target.value)} className="h-14 rounded-soft border border-current bg-transparent px-4 text-lead" />
      </label>
      <div className="flex gap-3">
        <button type="submit" disabled={!text} className={`${button} flex-1`}>
          Let them in anyway
        </button>
        <button type="button" className={button} onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
