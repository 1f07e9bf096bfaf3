/**
 * Rejects with the reason when the signal is aborted.
 *
 * @type {(signal: AbortSignal) => Promise<never>}
 */
export const interruption = (signal) =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

/**
 * Waits for the delay, or until the signal is aborted. An infinite delay ends only with the signal.
 *
 * @type {(delay: number, signal?: AbortSignal) => Promise<void>}
 */
export const pause = (delay, signal) =>
  new Promise((resolve) => {
    if (signal?.aborted || delay === 0) return resolve();
    const timer = delay < Infinity ? setTimeout(resolve, delay) : undefined;
    signal?.addEventListener('abort', () => resolve(clearTimeout(timer)));
  });
