/** A hairline bar: how much of `total` is there. */
export function Meter({ value, total, name, className = "" }: { value: number; total: number; name: string; className?: string }) {
  const share = total > 0 ? Math.min(1, Math.max(0, value / total)) : 0;
  return (
    <div role="meter" aria-label={name} aria-valuemin={0} aria-valuemax={total} aria-valuenow={Math.min(value, total)} className={`relative h-1 bg-hairline ${className}`}>
      <div className="absolute inset-y-0 left-0 w-full origin-left bg-ink" style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
