'use strict';

/** Assembles the frames that other code writes in arbitrary pieces. */

const { StringDecoder } = require('node:string_decoder');
const { typeError } = require('../core/error.js');

const FRAME_END = /(?:\r\n|\n|\r)(?:\r\n|\n|\r)/g;
/** How many characters of an unfinished frame are kept. */
const MAX_UNFINISHED = 1 << 20;

class FrameAssembler {
  #decoder = new StringDecoder('utf8');
  #text = '';
  /** Whether the frame was too long, so that its rest is discarded. */
  #skips = false;

  /**
   * Passes complete frames on and keeps the rest. Discards a frame that is too long, and throws.
   * @param {string | Uint8Array} chunk
   * @param {BufferEncoding | undefined} encoding
   * @param {(frames: string) => void} pass
   */
  push(chunk, encoding, pass) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    this.#text += this.#decoder.write(bytes);
    const frames = this.#takeFrames();
    if (frames) pass(frames);
    if (this.#text.length <= MAX_UNFINISHED) return;
    this.#text = this.#text.slice(-3);
    this.#skips = true;
    throw typeError(
      'ERR_SSE_FRAME',
      'an unfinished frame has more than 1 MiB: end each frame with an empty line',
    );
  }

  #takeFrames() {
    let start = 0;
    let end = 0;
    for (const match of this.#text.matchAll(FRAME_END)) {
      end = match.index + match[0].length;
      if (this.#skips) start = end;
      this.#skips = false;
    }
    const frames = this.#text.slice(start, end);
    this.#text = this.#text.slice(end);
    // The last characters may be part of the frame's end.
    if (this.#skips) this.#text = this.#text.slice(-3);
    return frames;
  }
}

module.exports = { FrameAssembler };
