/** Keeps the pages themselves on this device, so that a tablet opens at the door without network. */
export function keepPagesOffline(): void {
  if (!("serviceWorker" in navigator) || import.meta.env.DEV) return;
  // After load: the first scan is worth more than the cache.
  addEventListener("load", () => void navigator.serviceWorker.register("/sw.js").catch(() => {}), { once: true });
  // Asks the browser not to throw away unsent scans when the disk is full. It may refuse; the count of unsent scans is always shown.
  void navigator.storage?.persist?.();
}
