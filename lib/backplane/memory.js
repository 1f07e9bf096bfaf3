'use strict';

/** An engine in memory. It connects the channels of one thread, for development and tests. */

/** @import { BackplaneEngine, EngineCallbacks, LogArrival } from '../../backplane.js' */
/** @import { MemoryBackplaneOptions } from '../../backplane.js' */

const { randomInt } = require('node:crypto');
const option = require('../core/option.js');
const { open } = require('./custom.js');
const { readPrefix } = require('./options.js');

/** @type {option.Names<MemoryBackplaneOptions>} */
const NAMES = { name: true, retain: true, maxQueueBytes: true, outage: true };
const RETAIN_NAMES = { events: true };

const EVENTS = 500;
/** How many publications an engine remembers: more than a batch has. */
const REMEMBERED = 1024;

/** Logs by name. */
const logs = new Map();

/** @param {MemoryBackplaneOptions} [options] */
function memoryBackplane(options) {
  const { name: prefix, retain, ...rest } = option.object('options', options, NAMES);
  const name = readPrefix('name', prefix);
  const { events } = option.object('retain', retain, RETAIN_NAMES);
  const most = option.whole('retain.events', events, EVENTS, 1, 2 ** 32 - 1);
  if (!logs.has(name)) logs.set(name, new MemoryLog());
  const kept = { events: most, age: Number.POSITIVE_INFINITY };
  return open(new MemoryEngine(logs.get(name), most), rest, kept);
}

class MemoryLog {
  epoch = randomInt(36 ** 6).toString(36);
  last = 0;
  /** @type {Map<string, LogArrival[]>} the retained events of each subject */
  kept = new Map();
  /** @type {Map<string, number>} by subject, the number of the latest event that was discarded */
  floors = new Map();
  /** @type {Set<MemoryEngine>} */
  engines = new Set();
}

/** @implements {BackplaneEngine} */
class MemoryEngine {
  #log;
  #most;
  /** @type {Set<string>} */
  #followed = new Set();
  /** @type {EngineCallbacks | undefined} */
  #callbacks;
  /** The number of the latest publication that was taken. */
  #done = 0;
  /**
   * The log numbers of recent publications, by the number of the publication.
   * @type {Map<number, number>}
   */
  #numbers = new Map();

  /**
   * @param {MemoryLog} log
   * @param {number} most
   */
  constructor(log, most) {
    this.#log = log;
    this.#most = most;
  }

  /** @param {EngineCallbacks} callbacks */
  connect(callbacks) {
    this.#callbacks = callbacks;
    this.#followed.clear();
    this.#log.engines.add(this);
  }

  /** @type {BackplaneEngine['publish']} */
  publish(batch) {
    const log = this.#log;
    // The core sends a batch again if its answer was late.
    const fresh = batch.filter(({ number }) => number > this.#done);
    const arrivals = fresh.flatMap(({ subjects, payload, isKept, number }) => {
      log.last += 1;
      this.#done = number;
      this.#numbers.set(number, log.last);
      this.#numbers.delete(number - REMEMBERED);
      return subjects.map((subject) => this.#append(subject, payload, isKept));
    });
    for (const engine of log.engines) engine.#hear(arrivals);
    return batch.map(({ number }) => ({ number: this.#numbers.get(number) }));
  }

  /**
   * @param {string} subject
   * @param {Uint8Array} payload
   * @param {boolean} isKept
   * @returns {LogArrival}
   */
  #append(subject, payload, isKept) {
    const { epoch, floors, kept: logs, last } = this.#log;
    const kept = logs.get(subject) ?? [];
    const previous = kept.at(-1)?.number ?? 0;
    const arrival = { subject, epoch, number: last, previous, payload };
    if (!isKept) return arrival;
    kept.push(arrival);
    for (const { number } of kept.splice(0, kept.length - this.#most)) floors.set(subject, number);
    logs.set(subject, kept);
    return arrival;
  }

  /** @param {LogArrival[]} arrivals */
  #hear(arrivals) {
    const wanted = arrivals.filter(({ subject }) => this.#followed.has(subject));
    if (wanted.length > 0) this.#callbacks?.deliver(wanted);
  }

  /** @param {string[]} subjects */
  follow(subjects) {
    for (const subject of subjects) this.#followed.add(subject);
  }

  /** @param {string[]} subjects */
  unfollow(subjects) {
    for (const subject of subjects) this.#followed.delete(subject);
  }

  position() {
    return { epoch: this.#log.epoch, last: this.#log.last };
  }

  /** @type {BackplaneEngine['read']} */
  read(after) {
    return after.map(({ subject, number }) => {
      const kept = this.#log.kept.get(subject) ?? [];
      const arrivals = kept.filter((arrival) => arrival.number > number);
      return { subject, arrivals, floor: this.#log.floors.get(subject) ?? 0 };
    });
  }

  close() {
    this.#log.engines.delete(this);
  }
}

module.exports = { memoryBackplane };
