import { useId, type ReactNode } from "react";

/** A part of an office page: its title in the margin, a rule above. */
export function Section({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="grid gap-6 border-t border-ink pt-4 lg:grid-cols-[220px_minmax(0,1fr)]">
      <div>
        <h2 id={id} className="title text-heading">
          {title}
        </h2>
        {hint && <p className="mt-1 text-small text-quiet">{hint}</p>}
      </div>
      <div className="flex min-w-0 flex-col gap-6">{children}</div>
    </section>
  );
}
