'use strict';

const { EventEmitter } = require('node:events');
const { Body } = require('./body.js');

/**
 * What a connection takes for a request: it has a cursor, the way Node hands over a header.
 * @param {string | undefined} cursor
 */
function poseAsRequest(cursor) {
  /** @type {Record<string, string>} */
  const headers = {};
  if (cursor) headers['last-event-id'] = Buffer.from(cursor).toString('latin1');
  return { method: 'GET', headers };
}

/** What a connection takes for a response: like one of HTTP/2, it stands for a stream, which is the body of a `Response`. */
class PosingResponse extends EventEmitter {
  statusCode = 200;
  headersSent = false;
  #headers = new Headers();
  stream = new Body(
    () => this.emit('drain'),
    () => this.emit('close'),
  );

  get destroyed() {
    return this.stream.destroyed;
  }

  get writableEnded() {
    return this.stream.destroyed;
  }

  /**
   * @param {string} name
   * @param {number | string | readonly string[]} value
   */
  setHeader(name, value) {
    this.#headers.delete(name);
    for (const each of [value].flat()) this.#headers.append(name, String(each));
  }

  /** @param {string} name */
  removeHeader(name) {
    this.#headers.delete(name);
  }

  /** @param {string} name */
  hasHeader(name) {
    return this.#headers.has(name);
  }

  flushHeaders() {
    this.headersSent = true;
  }

  /** @param {Uint8Array} bytes */
  write(bytes) {
    return this.stream.write(bytes);
  }

  end() {
    this.stream.end();
  }

  /** The client has left. */
  leave() {
    this.stream.leave();
    this.emit('close');
  }

  /** @param {unknown} reason */
  destroy(reason) {
    this.stream.fail(reason);
    this.emit('close');
  }

  /** The global one of now: a server may have put its own there. */
  toResponse() {
    return new Response(this.stream.stream, { status: this.statusCode, headers: this.#headers });
  }
}

module.exports = { PosingResponse, poseAsRequest };
