const { monitorEventLoopDelay, performance } = require('node:perf_hooks');
const { metrics } = require('../..');

const RESOLUTION = 10;
const HISTORY = 120;
const WINDOW = 10;
// A transport is too slow if it does less than DONE of its work, or is busier than BUSY.
const DONE = 0.9;
const BUSY = 0.95;
// A transport can fall behind only after this many readings: timers and clients need a moment.
const SURE = 3;

/**
 * The median, because other processes on the machine occasionally interrupt a measurement.
 *
 * @param {number[]} numbers
 */
const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

/** @typedef {ReturnType<Stats['read']>} Reading */

/** Samples once a second. Keeps two minutes of samples, and each transport's last measurement. */
class Stats {
  /** @type {(Reading & { settled: number })[]} */
  history = [];
  /** @type {Record<string, object>} */
  results = {};
  #broadcast;
  #load;
  #delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  #before;
  #settled = { key: '', readings: /** @type {Reading[]} */ ([]) };

  /**
   * @param {import('./broadcast').Broadcast} broadcast
   * @param {import('./load').Load} load
   */
  constructor(broadcast, load) {
    this.#broadcast = broadcast;
    this.#load = load;
    this.#delay.enable();
    this.#before = this.#counters();
  }

  sample() {
    const reading = this.read();
    const sample = { ...reading, settled: this.#measure(reading) };
    this.history.push(sample);
    if (this.history.length > HISTORY) {
      this.history.shift();
    }
    return sample;
  }

  read() {
    const before = this.#before;
    const now = this.#counters();
    this.#before = now;
    const times = this.#broadcast.takeTimes();
    return {
      time: Date.now(),
      seconds: (now.time - before.time) / 1000,
      transport: this.#broadcast.transport,
      rate: this.#broadcast.rate,
      clients: this.#load.count,
      connected: this.#broadcast.count(),
      connections: { ...metrics().connections, loop: this.#broadcast.loop.count() },
      deliveries: (1000 * (now.deliveries - before.deliveries)) / (now.time - before.time),
      broadcasts: times.length,
      sendTime: median(times),
      delay: this.#takeDelay(),
      busy: performance.eventLoopUtilization(now.utilization, before.utilization).utilization,
      rss: process.memoryUsage.rss(),
    };
  }

  #counters() {
    return {
      time: performance.now(),
      deliveries: metrics().deliveries + this.#broadcast.loop.deliveries,
      utilization: performance.eventLoopUtilization(),
    };
  }

  // The histogram holds the time between two wake-ups. The delay is the excess over its resolution.
  #takeDelay() {
    const [p99, max] = [this.#delay.percentile(99), this.#delay.max].map((nanoseconds) =>
      Math.max(0, nanoseconds / 1e6 - RESOLUTION),
    );
    this.#delay.reset();
    return { p99, max };
  }

  /**
   * A measurement starts one second after all clients are connected and covers the last ten
   * seconds. If the thread is too busy to connect them all in ten seconds, it is measured anyway.
   *
   * @param {Reading} reading
   * @returns The number of seconds that the measurement covers so far.
   */
  #measure(reading) {
    const { transport, rate, clients, connected, broadcasts } = reading;
    const key = JSON.stringify([transport, rate, clients, connected === clients]);
    if (key !== this.#settled.key) {
      this.#settled = { key, readings: [] };
      return 0;
    }
    if (clients === 0 || broadcasts === 0) {
      return 0;
    }
    const readings = [...this.#settled.readings, reading].slice(-WINDOW);
    this.#settled.readings = readings;
    const busy = median(readings.map((each) => each.busy));
    if (connected !== clients && (readings.length < WINDOW || busy < BUSY)) {
      return 0;
    }
    const sum = (/** @type {(each: Reading) => number} */ read) =>
      readings.reduce((total, each) => total + read(each), 0);
    const asked = rate * sum((each) => each.seconds);
    const delivered = sum((each) => each.deliveries * each.seconds);
    const done = Math.min(
      sum((each) => each.broadcasts),
      delivered / clients,
    );
    // One broadcast may fall into the next second.
    const fallsBehind = readings.length >= SURE && done + 1 < DONE * asked;
    this.results[transport] = {
      keepsUp: !fallsBehind && busy < BUSY,
      clients,
      rate,
      sendTime: median(readings.map((each) => each.sendTime)),
      p99: median(readings.map((each) => each.delay.p99)),
      max: Math.max(...readings.map((each) => each.delay.max)),
      busy,
    };
    return readings.length;
  }
}

module.exports = { HISTORY, Stats };
