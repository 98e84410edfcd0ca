import type { Verdict, VerdictKind } from "@fashionos/hub";

/** How a verdict looks and sounds: never by colour alone. */
export interface Face {
  /** The field's colour. */
  tone: "go" | "wait" | "stop";
  /** The shape in the middle. */
  shape: "check" | "arrow" | "star" | "cross" | "bar" | "turn";
  /** The word, read from an arm's length. */
  word: string;
  /** What the person at the door does now. */
  advice: string;
}

const FACES: Record<VerdictKind, Face> = {
  admitted: { tone: "go", shape: "check", word: "Welcome", advice: "Let them in" },
  exited: { tone: "go", shape: "arrow", word: "Goodbye", advice: "Noted on the way out" },
  already_in: { tone: "stop", shape: "cross", word: "Already in", advice: "This ticket was used before" },
  cancelled: { tone: "stop", shape: "cross", word: "Cancelled", advice: "This ticket was cancelled or refunded" },
  not_confirmed: { tone: "stop", shape: "bar", word: "Not confirmed", advice: "The invitation was not confirmed" },
  wrong_event: { tone: "stop", shape: "turn", word: "Wrong event", advice: "This ticket is for another event" },
  wrong_gate: { tone: "stop", shape: "turn", word: "Wrong gate", advice: "This gate does not take the ticket" },
  unknown: { tone: "stop", shape: "cross", word: "Unknown", advice: "No ticket has this code" },
  not_inside: { tone: "stop", shape: "bar", word: "Not inside", advice: "Nobody of this party is inside" },
};

/** The face of a verdict. A guest who needs attention is let in with a different face than everybody else. */
export function faceOf(verdict: Verdict): Face {
  const face = FACES[verdict.result];
  if (verdict.result !== "admitted") return face;
  const attention = verdict.guest?.attention;
  if (attention && (attention.vip || attention.note)) {
    return { tone: "go", shape: "star", word: attention.vip ? "VIP" : "Attention", advice: "Let them in, and look up" };
  }
  return verdict.reentry ? { ...face, word: "Welcome back" } : face;
}

/** The short word for lists. */
export function shortWord(verdict: Verdict): string {
  if (verdict.result === "admitted") return verdict.reentry ? "Back in" : "Admitted";
  if (verdict.result === "exited") return "Exited";
  return FACES[verdict.result].word;
}

/** How long the verdict stays when nobody touches it, ms: long enough to read what it asks for. */
export function staysFor(verdict: Verdict): number {
  const face = faceOf(verdict);
  if (face.tone === "stop") return 7_000;
  return face.shape === "star" ? 6_000 : 2_500;
}

/** `2 of 3 arrived`, or nothing for somebody who comes alone. */
export function partyLine(verdict: Verdict): string | null {
  const guest = verdict.guest;
  if (!guest || guest.party_size < 2) return null;
  return `${guest.arrived} of ${guest.party_size} arrived`;
}

/** Whether a supervisor may let the guest in although a rule says no. */
export function mayOverride(result: VerdictKind): boolean {
  return result === "wrong_gate" || result === "not_confirmed";
}
