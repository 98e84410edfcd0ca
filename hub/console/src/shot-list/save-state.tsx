import { count } from "../time-format";
import type { DocumentState } from "./shared-document";

const steps = (n: number) => `${count(n)} ${n === 1 ? "change" : "changes"}`;

/** Whether what one did is with the hub, in words. */
export function saveWords(state: DocumentState): { text: string; tone: "plain" | "wait" | "stop" } {
  const { link, waiting, kept } = state;
  if (link === "denied") return { text: waiting > 0 ? `${steps(waiting)} not saved` : "Closed", tone: "stop" };
  if (waiting === 0) return link === "online" ? { text: "All changes saved", tone: "plain" } : { text: link === "offline" ? "Offline" : "Opening…", tone: link === "offline" ? "wait" : "plain" };
  if (link === "online") return { text: "Saving…", tone: "plain" };
  return kept ? { text: `${steps(waiting)} on this device, not saved yet`, tone: "wait" } : { text: `${steps(waiting)} not saved: keep this page open`, tone: "stop" };
}

const LOOKS = { plain: "text-quiet", wait: "text-wait font-semibold", stop: "text-stop font-semibold" };

export function SaveState({ state }: { state: DocumentState }) {
  const { text, tone } = saveWords(state);
  return (
    <p role="status" data-save={state.link} data-waiting={state.waiting} className={`text-small whitespace-nowrap ${LOOKS[tone]}`}>
      {tone !== "plain" && <span aria-hidden>▲ </span>}
      {text}
    </p>
  );
}
