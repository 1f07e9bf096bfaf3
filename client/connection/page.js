/** The name of the event that is dispatched after `window.stop()` was called. */
export const STOP = 'sluice:stop';

/** @type {(() => void) | undefined} */
let stop;

/**
 * `window.stop()` closes an EventSource for good. For a fetch, it looks like a network error. So
 * `window.stop` is wrapped to tell the two apart.
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
 * Listens for events of the current page or worker. Other environments emit none of them.
 *
 * @param {Record<string, () => void>} listeners by event name; the events must reach the window
 * @returns {AbortController} removes the listeners when it is aborted
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
