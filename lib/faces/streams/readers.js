'use strict';

/**
 * The live readers of a stream: event streams, which are the members of a channel, and long-polls.
 *
 * The channel has no history, which would keep frames. A reader that connects needs the bytes of
 * the log in pages, each followed by an offset. Other reads need binary data unchanged.
 */

/** @import { Connection } from '../../connection/connection.js' */
/** @import { Outcome, Waiter, Waiting } from './waiting.js' */

const { Channel } = require('../../channel/channel.js');
const { debug } = require('../../core/diagnostics.js');

class Readers {
  #waiting;
  #onLeave;
  /** @type {Set<Waiter>} */
  #waiters = new Set();
  /** The number of open event streams, including those that catch up. */
  #connections = 0;
  /**
   * The event streams that have caught up.
   * @type {Channel | undefined}
   */
  #channel;

  /**
   * @param {Waiting} waiting
   * @param {() => void} onLeave
   */
  constructor(waiting, onLeave) {
    this.#waiting = waiting;
    this.#onLeave = onLeave;
  }

  get count() {
    return this.#connections + this.#waiters.size;
  }

  /**
   * Waits until the stream changes.
   * @param {AbortSignal} signal
   * @returns {Promise<Outcome>}
   */
  async wait(signal) {
    try {
      return await this.#waiting.wait(this.#waiters, signal);
    } finally {
      this.#onLeave();
    }
  }

  /** @param {Connection} connection that begins to catch up */
  enter(connection) {
    this.#connections += 1;
    connection.once('close', () => {
      this.#connections -= 1;
      this.#onLeave();
    });
  }

  /** @param {Connection} connection that has caught up */
  join(connection) {
    this.#channel ??= this.#open();
    this.#channel.add(connection);
  }

  /** Whether event streams wait for data. */
  get areLive() {
    return this.#channel !== undefined;
  }

  /** @param {string} frameText for event streams that have caught up */
  write(frameText) {
    this.#channel?.write(frameText);
  }

  /** Ends long-polls: the stream has changed. */
  wake() {
    for (const waiter of [...this.#waiters]) waiter.settle('changed');
  }

  /** Ends the event streams that have caught up, after everything that is queued. */
  end() {
    const channel = this.#channel;
    if (!channel) return;
    this.#channel = undefined;
    channel.end().catch((error) => debug('streams: no end: %o', error));
    if (channel.count() === 0) channel.close();
  }

  #open() {
    const channel = new Channel({ historySize: 0 });
    channel.once('empty', () => {
      if (this.#channel === channel) this.#channel = undefined;
      channel.close();
    });
    return channel;
  }
}

module.exports = { Readers };
