const { performance } = require('node:perf_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const { Channel, Connection } = require('../..');
const { Loop } = require('./loop');

const TRANSPORTS = /** @type {const} */ (['native', 'stream', 'loop']);
const DRAIN = { clients: 100, pause: 10 };

/** Sends an event to every load client `rate` times a second, over the selected transport. */
class Broadcast {
  /** @type {(typeof TRANSPORTS)[number]} */
  transport = 'native';
  rate = 0;
  sent = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** @type {number[]} */
  #times = [];

  loop = new Loop();
  #targets = {
    native: new Channel({ historySize: 0 }),
    stream: new Channel({ historySize: 0 }),
    loop: this.loop,
  };

  /**
   * @param {import('node:http').IncomingMessage} req
   * @param {import('node:http').ServerResponse} res
   */
  open(req, res) {
    const { transport } = this;
    if (transport === 'loop') {
      this.loop.open(res);
    } else {
      this.#targets[transport].add(new Connection(req, res, { transport }));
    }
  }

  #send() {
    this.sent += 1;
    const event = {
      event: 'load',
      data: { number: this.sent, at: Date.now(), text: 'the same event for every client' },
    };
    const start = performance.now();
    this.#targets[this.transport].send(event);
    // Node writes responses at the end of the turn. These writes count towards the loop's time.
    process.nextTick(() => {
      this.#times.push(performance.now() - start);
    });
  }

  /** @param {(typeof TRANSPORTS)[number]} transport */
  async setTransport(transport) {
    const before = this.#targets[this.transport].connections();
    this.transport = transport;
    // Clients reconnect as soon as their stream ends, so end the streams gradually.
    for (let at = 0; at < before.length; at += DRAIN.clients) {
      for (const connection of before.slice(at, at + DRAIN.clients)) {
        connection.end();
      }
      await sleep(DRAIN.pause);
    }
  }

  /** @param {number} rate Broadcasts a second. */
  setRate(rate) {
    this.rate = rate;
    clearInterval(this.#timer);
    if (rate > 0) {
      this.#timer = setInterval(() => this.#send(), 1000 / rate);
    }
  }

  count() {
    return this.#targets[this.transport].count();
  }

  /** Returns how long each event took that was sent since the last call, in milliseconds. */
  takeTimes() {
    return this.#times.splice(0);
  }
}

module.exports = { Broadcast, TRANSPORTS };
