import { useId, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";

const CONTROL =
  "h-10 w-full rounded-soft border border-rule bg-raised px-3 text-body text-ink aria-[invalid=true]:border-stop disabled:text-quiet";

interface Labelled {
  label: string;
  hint?: ReactNode;
  error?: string | null;
}

function Frame({ id, label, hint, error, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="label text-quiet">
        {label}
      </label>
      {children}
      {error ? (
        <p id={`${id}-note`} role="alert" className="text-small text-stop">
          {error}
        </p>
      ) : hint ? (
        <p id={`${id}-note`} className="text-small text-quiet">
          {hint}
        </p>
      ) : null}
    </div>
  );
}

export function TextField({ label, hint, error, className = "", ...rest }: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <input id={id} aria-invalid={Boolean(error)} aria-describedby={hint || error ? `${id}-note` : undefined} className={`${CONTROL} ${className}`} {...rest} />
    </Frame>
  );
}

export function SelectField({ label, hint, error, children, ...rest }: Labelled & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint} error={error}>
      <select id={id} aria-describedby={hint || error ? `${id}-note` : undefined} className={CONTROL} {...rest}>
        {children}
      </select>
    </Frame>
  );
}

export function Check({ label, ...rest }: { label: string } & Omit<InputHTMLAttributes<HTMLInputElement>, "type">) {
  const id = useId();
  return (
    <div className="flex h-10 items-center gap-2">
      <input id={id} type="checkbox" className="size-4 accent-ink" {...rest} />
      <label htmlFor={id}>{label}</label>
    </div>
  );
}
