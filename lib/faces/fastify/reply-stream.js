'use strict';

/** The event stream of a reply. */

/** @import { ServerSentEvent } from '../../../index.js' */
/** @import { Connection } from '../../connection/connection.js' */
/** @import { SeidHistory } from './seid-history.js' */

const { setTimeout: sleep } = require('node:timers/promises');

/** How long `end()` waits for events to pass the backplane, in milliseconds. */
const PATIENCE = 5000;

class ReplyStream {
  /**
   * Undefined if the client disconnected before the stream opened.
   * @type {Connection | undefined}
   */
  connection;
  isEnded = false;
  #sent = 0;
  /**
   * Sends to the history of the seid, if there is one.
   * @type {((event: ServerSentEvent) => Promise<void> | undefined) | undefined}
   */
  #publish;
  /**
   * Resolves when the latest event has returned from the backplane.
   * @type {Promise<void> | undefined}
   */
  #published;

  /**
   * Keeps later events for a client that returns with the same seid.
   * @param {SeidHistory} history
   * @param {Connection} connection
   * @param {string} seid
   * @param {boolean} mint whether events without an id get one
   */
  keepIn(history, connection, seid, mint) {
    history.join(seid, connection, mint);
    this.#publish = (event) => history.send(seid, event, mint);
  }

  /**
   * @param {ServerSentEvent} event
   * @param {boolean} mint
   */
  send(event, mint) {
    const { connection } = this;
    // The seid may have another client by now.
    if (!connection || connection.closed) return;
    if (this.#publish) {
      this.#published = this.#publish(event);
      return;
    }
    const id = event.id ?? (mint ? `${connection.id}.${this.#sent + 1}` : undefined);
    connection.send({ ...event, id });
    this.#sent += 1;
  }

  /** Ends the stream after queued events. Waits a few seconds while the engine is unreachable. */
  async end() {
    this.isEnded = true;
    if (this.#published) {
      const timer = new AbortController();
      const late = sleep(PATIENCE, undefined, { ref: false, signal: timer.signal });
      await Promise.race([this.#published, late.catch(() => {})]);
      timer.abort();
    }
    this.connection?.end();
  }
}

module.exports = { ReplyStream };
