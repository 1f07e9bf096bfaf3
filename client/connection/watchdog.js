/**
 * Notices silence. Its clock is that of the wall, since others stand still while a machine sleeps;
 * if somebody sets it, that costs
 * one reconnect at most.
 */
export class Watchdog {
  #limit = 0;
  #onSilence = () => {};
  #deadline = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {number} limit milliseconds; 0 is none
   * @param {() => void} onSilence
   */
  watch(limit, onSilence) {
    // More is more than a timer can hold.
    this.#limit = Math.min(limit, 2 ** 31 - 1);
    this.#onSilence = onSilence;
    this.resume();
  }

  /** From now on. */
  resume() {
    this.stop();
    if (this.#limit === 0) return;
    this.#deadline = Date.now() + this.#limit;
    this.#timer = setTimeout(this.#onSilence, this.#limit);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** The timer is late in a page that was hidden, or in a machine that slept. */
  check() {
    if (this.#timer !== undefined && Date.now() >= this.#deadline) this.#onSilence();
  }
}
