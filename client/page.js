/**
 * Listens to what happens to the page, or the worker, that we are in; elsewhere nothing does.
 *
 * @param {Record<string, () => void>} listeners by the names of events, which reach the window at last
 * @returns {() => void} ends it
 */
export function watchPage(listeners) {
  const ended = new AbortController();
  for (const name in listeners) {
    globalThis.addEventListener?.(name, listeners[name], { signal: ended.signal });
  }
  return () => ended.abort();
}

/** Known to be without a network; Node does not know. */
export const isOffline = () => globalThis.navigator?.onLine === false;
