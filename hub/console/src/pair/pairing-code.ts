/** A code as people type it, as the hub wants it: `abcd 2345` is `ABCD-2345`. Empty when there is nothing like a code. */
export function pairingCode(text: string): string {
  const plain = text.toUpperCase().replace(/[^A-Z0-9]/g, "").slice(0, 8);
  return plain.length > 4 ? `${plain.slice(0, 4)}-${plain.slice(4)}` : plain;
}

/** Whether a code is whole. */
export function isWhole(code: string): boolean {
  return /^[A-Z0-9]{4}-[A-Z0-9]{4}$/.test(code);
}
