'use strict';

/** Records the bytes of a stream and when they arrived. */

/** @import { IncomingHttpHeaders } from 'node:http' */

/**
 * Times are in milliseconds since the request.
 * @typedef {object} Recording
 * @property {string} url after redirects
 * @property {string[]} redirects the URLs before it
 * @property {number} [status] undefined if there was no answer
 * @property {IncomingHttpHeaders} headers
 * @property {string} [protocol] that a browser would use: `h2` or `http/1.1`
 * @property {Arrival[]} arrivals
 * @property {Block[]} blocks
 * @property {number} watched how long the stream was watched
 * @property {'open' | 'ended' | 'cut'} end
 * @property {NodeJS.ErrnoException} [error] why there was no answer
 */
/**
 * Bytes that arrived together.
 * @typedef {{ at: number, bytes: number, frames: number }} Arrival
 * `frames`: events, comments and other blocks
 */
/** @typedef {{ at: number, id: string | undefined, data: string | undefined }} Block */

/** The maximum number of blocks to record. */
const MAX_BLOCKS = 100_000;
/** The maximum length of an event, in characters. */
const MAX_EVENT = 16 << 20;

/** Reads the bytes of a stream into a recording. */
class Recorder {
  #recording;
  #parse;
  #decoder = new TextDecoder();
  #tail = '';
  #at = 0;

  /**
   * @param {Recording} recording
   * @param {typeof import('../../client/connection/parser.js').createParser} createParser
   */
  constructor(recording, createParser) {
    this.#recording = recording;
    this.#parse = createParser({
      maxEventSize: MAX_EVENT,
      lastEventId: '',
      onBlock: ({ id, data }) => {
        const { blocks } = recording;
        if (blocks.length < MAX_BLOCKS) blocks.push({ at: this.#at, id, data });
      },
      onRetry: () => {},
    });
  }

  /**
   * @param {Buffer} bytes
   * @param {number} at
   */
  take(bytes, at) {
    this.#at = at;
    const text = this.#tail + this.#decoder.decode(bytes, { stream: true });
    // A frame ends with an empty line.
    const frames = text.split(/\r\n\r\n|\n\n|\r\r/);
    this.#tail = /** @type {string} */ (frames.pop()).slice(-3);
    this.#recording.arrivals.push({ at, bytes: bytes.length, frames: frames.length });
    this.#parse(bytes);
  }
}

module.exports = { Recorder };
