const ORDER = /** @type {const} */ (['loop', 'stream', 'native']);
const SECONDS = 4;
const PATIENCE = 60;
const DEFAULTS = { clients: 1000, rate: 5 };

/** Measures the transports one after the other. All pages share one measurement. */
class Measurement {
  /** @type {number | undefined} */
  #step;
  #waited = 0;
  #wanted = true;
  #broadcast;
  #load;

  /**
   * @param {import('./broadcast').Broadcast} broadcast
   * @param {import('./load').Load} load
   */
  constructor(broadcast, load) {
    this.#broadcast = broadcast;
    this.#load = load;
  }

  /** The current step, for the pages. */
  get state() {
    const step = this.#step;
    return step === undefined
      ? null
      : { transport: ORDER[step], step: step + 1, steps: ORDER.length };
  }

  /** Called for each new page. The first one starts the measurement, unless a load was chosen. */
  arrive() {
    if (this.#wanted) {
      this.start();
    }
  }

  start() {
    this.#wanted = false;
    if (this.#step !== undefined) {
      return;
    }
    if (this.#load.count === 0) {
      this.#load.setCount(DEFAULTS.clients);
    }
    if (this.#broadcast.rate === 0) {
      this.#broadcast.setRate(DEFAULTS.rate);
    }
    this.#go(0);
  }

  cancel() {
    this.#wanted = false;
    this.#step = undefined;
  }

  /** @param {{ transport: string, settled: number }} sample */
  advance(sample) {
    if (this.#step === undefined) {
      return;
    }
    this.#waited += 1;
    // `settled` restarts with every change, so an older measurement is not mistaken for this one.
    if (sample.transport === ORDER[this.#step] && sample.settled >= SECONDS) {
      this.#go(this.#step + 1);
    } else if (this.#waited > PATIENCE) {
      this.cancel();
    }
  }

  /** @param {number} step */
  #go(step) {
    this.#waited = 0;
    const transport = ORDER[step];
    this.#step = transport && step;
    if (transport && transport !== this.#broadcast.transport) {
      this.#broadcast.setTransport(transport);
    }
  }
}

module.exports = { Measurement };
