'use strict';

/**
 * Gives a reader what it has not yet, in pages, as its client has room. Then the reader joins those
 * that wait for more, unless there will be nothing.
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
  /** Up to which the reader has everything. */
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
    // The stream may have changed since the client was answered.
    this.wake();
  }

  /** There may be room for the next page. */
  wake() {
    const { log, state } = this.#stream;
    if (!this.#outlet.hasRoom) this.#outlet.wait(this);
    // Its next bytes were dropped, or the stream is no more. A reader that comes back learns it.
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
      // In the same turn, so that no append comes in between.
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
