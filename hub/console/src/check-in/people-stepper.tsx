/** How many people: thumb-sized minus and plus. */
export function PeopleStepper({ value, most, onChange, label }: { value: number; most: number; onChange: (people: number) => void; label: string }) {
  const step = "grid size-14 place-items-center rounded-soft border border-current text-figure disabled:opacity-40";
  return (
    <div role="group" aria-label={label} className="flex items-center gap-3">
      <button type="button" className={step} disabled={value <= 1} onClick={() => onChange(value - 1)} aria-label="One fewer">
        −
      </button>
      <output className="min-w-20 text-center text-figure font-semibold">
        {value} of {most}
      </output>
      <button type="button" className={step} disabled={value >= most} onClick={() => onChange(value + 1)} aria-label="One more">
        +
      </button>
    </div>
  );
}
