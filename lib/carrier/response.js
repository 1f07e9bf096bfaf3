'use strict';

/** @import { Connection, Response } from '../connection/connection.js' */

const { StringDecoder } = require('node:string_decoder');
const { SluiceError } = require('../core/error.js');

const kOwn = Symbol('own');
const FRAME_END = /(?:\r\n|\n|\r)(?:\r\n|\n|\r)/g;
/** How much of an unfinished frame may lie about. */
const MAX_UNFINISHED = 1 << 20;

/** Text of other code that writes to the response: whole frames go on, the rest waits for its end. */
class FrameAssembler {
  #decoder = new StringDecoder('utf8');
  #text = '';
  /** The frame was too long, and its rest is of no use. */
  #skips = false;

  /**
   * The frames that are complete now.
   * @param {string | Uint8Array} chunk
   * @param {BufferEncoding} [encoding]
   */
  push(chunk, encoding) {
    this.#text += this.#decoder.write(
      typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk,
    );
    let start = 0;
    let end = 0;
    for (const match of this.#text.matchAll(FRAME_END)) {
      end = match.index + match[0].length;
      if (this.#skips) start = end;
      this.#skips = false;
    }
    const frames = this.#text.slice(start, end);
    this.#text = this.#text.slice(end);
    // An end may have begun.
    if (this.#skips) this.#text = this.#text.slice(-3);
    return frames;
  }

  /** Throws at a frame that is too long, and forgets it. */
  bound() {
    if (this.#text.length <= MAX_UNFINISHED) return;
    this.#text = this.#text.slice(-3);
    this.#skips = true;
    throw new SluiceError(
      'ERR_SSE_FRAME',
      'res.write() got a frame of more than 1 MiB without an end',
    );
  }
}

/**
 * What a response could do by itself. What other code does to the response goes through the connection instead, so that it
 * keeps its place in the order.
 */
class OwnResponse {
  #res;
  #write;
  #end;
  #destroy;
  /** Other code has destroyed the response. */
  destroyed = false;
  connection;
  /** @type {FrameAssembler | undefined} */
  assembler;

  /**
   * @param {Response & { [kOwn]?: OwnResponse }} res
   * @param {Connection} connection
   */
  constructor(res, connection) {
    this.#res = res;
    this.#write = res.write;
    this.#end = res.end;
    this.#destroy = res.destroy;
    this.connection = connection;
    res[kOwn] = this;
    res.write = write;
    res.end = end;
    res.destroy = destroy;
  }

  /** @param {Buffer} bytes */
  write(bytes) {
    return this.#write.call(this.#res, bytes, 'utf8');
  }

  /**
   * Calls back when everything that was written before has left Node, or never will.
   * @param {() => void} callback
   */
  flush(callback) {
    this.#write.call(this.#res, '', 'latin1', callback);
  }

  end() {
    this.#end.call(this.#res, undefined, 'utf8');
  }

  /** @param {Error} [error] */
  destroy(error) {
    return this.#destroy.call(this.#res, error);
  }
}

// One function each for all responses: a connection has enough objects.

/**
 * @this {any}
 * @param {any} chunk
 * @param {any} [encoding]
 * @param {any} [callback]
 */
function write(chunk, encoding, callback) {
  if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
  const own = this[kOwn];
  own.assembler ??= new FrameAssembler();
  const frames = own.assembler.push(chunk, encoding);
  if (frames && !own.connection.closed) own.connection.write(frames);
  own.assembler.bound();
  if (callback) process.nextTick(callback);
  return true;
}

/**
 * @this {any}
 * @param {any} [chunk]
 * @param {any} [encoding]
 * @param {any} [callback]
 */
function end(chunk, encoding, callback) {
  if (typeof chunk === 'function') [chunk, callback] = [undefined, chunk];
  if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
  if (callback) this.once('finish', callback);
  if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
  this[kOwn].connection.end();
  return this;
}

/**
 * @this {any}
 * @param {Error} [error]
 */
function destroy(error) {
  this[kOwn].destroyed = true;
  return this[kOwn].destroy(error);
}

module.exports = { OwnResponse };
