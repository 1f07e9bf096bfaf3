'use strict';

/**
 * Sends a reader the data that it has missed, in pages, at the pace of its client. Then the reader
 * joins the live readers, unless the stream is closed.
 */

/** @import { Connection } from '../../connection/connection.js' */
/** @import { Stream } from './stream.js' */

const { linkOf } = require('../../connection/connection.js');
const { Outlet } = require('../../connection/source/outlet.js');
const { framesOf } = require('./frames.js');

/** How much of the log is read at once, in bytes, unless one append is larger. */
const PAGE = 64 << 10;

class CatchUp {
  #stream;
  #connection;
  #outlet;
  #cursor;
  /** The reader has all data up to this position. */
  #position;

  /**
   * @param {Stream} stream
   * @param {Connection} connection
   * @param {number} start
   * @param {string} cursor
   */
  constructor(stream, connection, start, cursor) {
    this.#stream = stream;
    this.#connection = connection;
    this.#outlet = new Outlet(connection, linkOf(connection).highWaterMark);
    this.#position = start;
    this.#cursor = cursor;
  }

  begin() {
    this.#outlet.enter(this);
    // The stream may have changed since the response began.
    this.wake();
  }

  /** There may be room for the next page. */
  wake() {
    const { log, state } = this.#stream;
    if (!this.#outlet.hasRoom) this.#outlet.wait(this);
    // Its next bytes were dropped, or the stream was deleted. A reconnect reports this.
    else if (state !== 'live' || this.#position < log.floor) this.#end();
    else this.#sendPage();
  }

  /** The connection has closed. */
  halt() {
    this.#outlet.leave(this);
  }

  #sendPage() {
    const stream = this.#stream;
    const { bytes, next } = stream.log.read(this.#position, PAGE);
    this.#connection.write(framesOf(stream, bytes, next, this.#cursor));
    this.#position = next;
    if (next < stream.log.tail) this.#outlet.wait(this);
    else if (stream.isClosed) this.#end();
    else {
      // In the same turn, before any other append.
      this.#outlet.leave(this);
      stream.readers.join(this.#connection);
    }
  }

  #end() {
    this.#outlet.leave(this);
    this.#connection.end();
  }
}

module.exports = { CatchUp };
