/**
 * Resolves in a later turn of the event loop. Unlike timers, it is not throttled in hidden pages.
 */
export const laterTurn = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(port1.close());
    port2.postMessage(0);
  });
