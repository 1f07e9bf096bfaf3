/** An event of ours, after `window.stop()`. */
export const STOP = 'sluice:stop';

/** @type {(() => void) | undefined} */
let stop;

/**
 * `window.stop()` ends an EventSource. A fetch fails as it does after a network error, and the two
 * failures look the same. So the call itself is observed.
 */
function watchStop() {
  const { window } = globalThis;
  if (stop || !window?.stop) return;
  stop = window.stop.bind(window);
  window.stop = () => {
    stop?.();
    window.dispatchEvent(new Event(STOP));
  };
}

/**
 * Listens to what happens to the page, or the worker, that we are in; elsewhere nothing does.
 *
 * @param {Record<string, () => void>} listeners by the names of events, which pass the window
 * @returns {AbortController} ends it
 */
export function watchPage(listeners) {
  watchStop();
  const ended = new AbortController();
  // Some of these events do not bubble.
  const options = { capture: true, signal: ended.signal };
  for (const name in listeners) globalThis.addEventListener?.(name, listeners[name], options);
  return ended;
}

/** True if the browser reports that it is offline. Node does not report it. */
export const isOffline = () => globalThis.navigator?.onLine === false;
