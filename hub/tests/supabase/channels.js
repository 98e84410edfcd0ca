/** Subscribes, and resolves when the channel is live; every status in order. */
export const subscribed = (channel, statuses = []) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not subscribed: ${JSON.stringify(statuses)}`)), 30_000);
    channel.subscribe((status, error) => {
      statuses.push(error ? `${status}: ${error.message}` : status);
      if (status === "SUBSCRIBED") {
        clearTimeout(timer);
        resolve(statuses);
      }
    });
  });

/** Collects what arrives, and hands it out one by one. */
export const inbox = () => {
  const items = [];
  const waiting = [];
  return {
    items,
    put: (item) => (waiting.length ? waiting.shift()(item) : items.push(item)),
    take: () =>
      items.length
        ? Promise.resolve(items.shift())
        : new Promise((resolve, reject) => {
            const timer = setTimeout(() => reject(new Error("nothing came")), 30_000);
            waiting.push((item) => {
              clearTimeout(timer);
              resolve(item);
            });
          }),
  };
};
