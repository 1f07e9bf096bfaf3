'use strict';

/** Tracks which processes with runs are alive, and sends messages between them. */

/** @import { Backplane } from '../../backplane/backplane.js' */

/** @typedef {{ from: string, to?: string, stop?: string }} Message */

const { randomUUID } = require('node:crypto');
const { handleOf } = require('../../backplane/backplane.js');
const { mailOf } = require('../../backplane/mail.js');

/** The interval at which a process with runs says that it is alive, in milliseconds. */
const BEAT = 2_000;
/** A process is dead after this time without a message, in milliseconds. */
const SILENCE = 8_500;
/** After a pause of this length, this process may have missed messages, in milliseconds. */
const PAUSE = 3_000;
const MAX_NODES = 10_000;

class Nodes {
  id = randomUUID();
  #backplane;
  #subject;
  #mail;
  #onStop;
  /**
   * When the last message of each process arrived.
   * @type {Map<string, number>}
   */
  #heard = new Map();
  /** The time from which this process has received every message. */
  #since = performance.now();
  #said = 0;
  #noticed = performance.now();
  #listener = {
    arrived: (/** @type {string} */ _subject, /** @type {Buffer} */ bytes) => this.#arrived(bytes),
    missed: () => this.#touch(),
  };
  #touch = () => {
    this.#since = performance.now();
  };

  /**
   * @param {Backplane} backplane
   * @param {string} name
   * @param {(key: string) => void} onStop called when another process stops a run of this one
   */
  constructor(backplane, name, onStop) {
    this.#backplane = backplane;
    this.#subject = `n:${name}/runs`;
    this.#mail = mailOf(handleOf(backplane));
    this.#onStop = onStop;
    this.#mail.hear(this.#subject, this.#listener);
    backplane.on('online', this.#touch);
  }

  /** Says that this process is alive, at most once per interval. */
  beat() {
    const now = performance.now();
    if (now - this.#said < BEAT) return;
    this.#said = now;
    this.#say({ from: this.id });
  }

  /**
   * @param {string} node
   * @param {string} key of the run
   */
  stop(node, key) {
    this.#say({ from: this.id, to: node, stop: key });
  }

  /** Called every second. A late call means that this process was paused and messages may wait. */
  notice() {
    const now = performance.now();
    if (now - this.#noticed > PAUSE) this.#touch();
    this.#noticed = now;
  }

  /**
   * Whether a process is dead, as far as this one can tell.
   * @param {string} node
   * @param {number} since when this process began to wait for it
   */
  isDead(node, since) {
    if (node === this.id) return false;
    // No messages arrive while the engine is unreachable.
    if (this.#backplane.state !== 'online') this.#touch();
    const latest = Math.max(this.#heard.get(node) ?? 0, this.#since, since);
    return performance.now() - latest > SILENCE;
  }

  close() {
    this.#backplane.off('online', this.#touch);
    this.#mail.unhear(this.#subject, this.#listener);
  }

  /** @param {Message} message */
  #say(message) {
    try {
      this.#mail.say(this.#subject, Buffer.from(JSON.stringify(message)));
    } catch {
      // The engine is unreachable. The message is repeated.
    }
  }

  /** @param {Buffer} bytes */
  #arrived(bytes) {
    const message = parse(bytes);
    if (!message) return;
    this.#heard.delete(message.from);
    this.#heard.set(message.from, performance.now());
    if (this.#heard.size > MAX_NODES) {
      const [oldest] = this.#heard.keys();
      this.#heard.delete(oldest);
    }
    if (message.to === this.id && typeof message.stop === 'string') this.#onStop(message.stop);
  }
}

/**
 * @param {Buffer} bytes
 * @returns {Message | undefined} undefined if another program wrote it
 */
function parse(bytes) {
  try {
    const message = JSON.parse(bytes.toString());
    return typeof message.from === 'string' ? message : undefined;
  } catch {
    return undefined;
  }
}

module.exports = { Nodes };
