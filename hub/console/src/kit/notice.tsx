import type { ReactNode } from "react";

const TONES = { go: "border-go text-go", wait: "border-wait text-wait", stop: "border-stop text-stop", plain: "border-rule text-ink" };

/** A sentence that matters, in the flow of the page. */
export function Notice({ tone, children }: { tone: keyof typeof TONES; children: ReactNode }) {
  return (
    <div role={tone === "stop" ? "alert" : "status"} className={`border-l-2 py-1 pl-3 text-body ${TONES[tone]}`}>
      {children}
    </div>
  );
}
