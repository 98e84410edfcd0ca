let lastMs = 0;
let counter = 0;

/**
 * A UUIDv7: 48 bits of `now` (epoch ms), then a counter of 12 bits that keeps ids made within one
 * millisecond in order (or while the clock steps back), then 62 random bits.
 */
export function uuidv7(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = Math.floor(now);
  if (ms > lastMs) {
    // Starts low in its range, so that a burst does not run out of numbers.
    counter = ((bytes[6]! << 8) | bytes[7]!) & 0x3ff;
  } else {
    ms = lastMs;
    counter += 1;
    if (counter > 0xfff) {
      counter = 0;
      ms += 1;
    }
  }
  lastMs = ms;
  for (let i = 5, rest = ms; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  bytes[6] = 0x70 | (counter >> 8);
  bytes[7] = counter & 0xff;
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
