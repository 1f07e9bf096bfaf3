/**
 * Detects silence. It uses the wall clock, because monotonic clocks stop while a machine sleeps.
 * Setting the clock costs one reconnect at most.
 */
export class Watchdog {
  #limit = 0;
  #onSilence = () => {};
  #deadline = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {number} limit in milliseconds; 0 turns the watchdog off
   * @param {() => void} onSilence
   */
  watch(limit, onSilence) {
    // The longest delay that a timer accepts.
    this.#limit = Math.min(limit, 2 ** 31 - 1);
    this.#onSilence = onSilence;
    this.resume();
  }

  /** Restarts the timer. */
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

  /** Call it when the page is shown: timers are late in hidden pages and after a sleep. */
  check() {
    if (this.#timer !== undefined && Date.now() >= this.#deadline) this.#onSilence();
  }
}
