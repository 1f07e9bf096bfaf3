/**
 * Tells what happens to the page, or the worker, that we are in; elsewhere nothing does.
 *
 * @param {{ online(): void, offline(): void, shown(): void }} watcher `shown`: or hidden, which makes no difference
 * @returns {() => void} ends it
 */
export function watchPage({ online, offline, shown }) {
  const ended = new AbortController();
  const until = { signal: ended.signal };
  globalThis.addEventListener?.('online', online, until);
  globalThis.addEventListener?.('offline', offline, until);
  globalThis.document?.addEventListener('visibilitychange', shown, until);
  return () => ended.abort();
}

/** Known to be without a network; Node does not know. */
export const isOffline = () => globalThis.navigator?.onLine === false;
