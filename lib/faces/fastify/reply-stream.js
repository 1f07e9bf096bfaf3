'use strict';

/** The event stream of a reply. */

/** @import { ServerSentEvent } from '../../../index.js' */
/** @import { Connection } from '../../connection/connection.js' */
/** @import { SeidHistory } from './seid-history.js' */

class ReplyStream {
  /**
   * Undefined when the client had left before the stream opened.
   * @type {Connection | undefined}
   */
  connection;
  isEnded = false;
  #sent = 0;
  /**
   * Sends to the history of the seid, if there is one.
   * @type {((event: ServerSentEvent) => void) | undefined}
   */
  #publish;

  /**
   * What is sent from now on is kept for a client that returns with the same seid.
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
    if (this.#publish) return this.#publish(event);
    const id = event.id ?? (mint ? `${connection.id}.${this.#sent + 1}` : undefined);
    connection.send({ ...event, id });
    this.#sent += 1;
  }
}

module.exports = { ReplyStream };
