import type { ReactNode } from "react";

type Tone = "plain" | "go" | "wait" | "stop";

const TONES: Record<Tone, string> = {
  plain: "border-hairline text-quiet",
  go: "border-go text-go",
  wait: "border-wait text-wait",
  stop: "border-stop text-stop",
};

/** A state in a word. */
export function Tag({ tone = "plain", children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`label inline-flex h-5 items-center rounded-soft border px-1.5 whitespace-nowrap ${TONES[tone]}`}>{children}</span>;
}
