/** A key's cap in the text. */
export function Key({ children }: { children: string }) {
  return <kbd className="code inline-flex h-5 min-w-5 items-center justify-center rounded-soft border border-current px-1 text-label">{children}</kbd>;
}
