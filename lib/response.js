'use strict';

const { StringDecoder } = require('node:string_decoder');
const { SluiceError } = require('./error.js');

/** @import { Connection, Response } from './connection.js' */

const FRAME_END = /(?:\r\n|\n|\r)(?:\r\n|\n|\r)/g;
/** How much of an unfinished frame may lie about. */
const MAX_UNFINISHED = 1 << 20;

/** Text of other code that writes to the response: whole frames go on, the rest waits for its end. */
class FrameAssembler {
  #decoder = new StringDecoder('utf8');
  #text = '';

  /**
   * The frames that are complete now.
   * @param {string | Uint8Array} chunk
   * @param {BufferEncoding} [encoding]
   */
  push(chunk, encoding) {
    this.#text += this.#decoder.write(
      typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk,
    );
    let end = 0;
    for (const match of this.#text.matchAll(FRAME_END)) end = match.index + match[0].length;
    const frames = this.#text.slice(0, end);
    this.#text = this.#text.slice(end);
    if (this.#text.length > MAX_UNFINISHED) {
      throw new SluiceError(
        'ERR_SSE_FRAME',
        'res.write() got a frame of more than 1 MiB without an end',
      );
    }
    return frames;
  }
}

/**
 * Sends what other code does to the response through the connection, so that it keeps its place in the order.
 * Returns what the response did before, and whether other code has destroyed it.
 * @param {Response} res
 * @param {Connection} connection
 */
function redirect(res, connection) {
  const { write: ownWrite, end: ownEnd, destroy: ownDestroy } = res;
  const own = {
    destroyed: false,
    /** @param {Buffer} bytes */
    write: (bytes) => ownWrite.call(res, bytes, 'utf8'),
    end: () => ownEnd.call(res, undefined, 'utf8'),
    destroy: () => ownDestroy.call(res),
  };
  /** @type {FrameAssembler | undefined} */
  let assembler;

  /** @type {(chunk: any, encoding?: any, callback?: any) => boolean} */
  const write = (chunk, encoding, callback) => {
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    assembler ??= new FrameAssembler();
    const frames = assembler.push(chunk, encoding);
    if (frames && !connection.closed) connection.write(frames);
    if (callback) process.nextTick(callback);
    return true;
  };

  res.write = write;
  /** @type {(chunk?: any, encoding?: any, callback?: any) => Response} */
  const end = (chunk, encoding, callback) => {
    if (typeof chunk === 'function') [chunk, callback] = [undefined, chunk];
    if (typeof encoding === 'function') [encoding, callback] = [undefined, encoding];
    if (callback) res.once('finish', callback);
    if (chunk !== undefined && chunk !== null) write(chunk, encoding);
    connection.end();
    return res;
  };
  res.end = end;
  res.destroy = (error) => {
    own.destroyed = true;
    return ownDestroy.call(res, error);
  };
  return own;
}

module.exports = { redirect };
