'use strict';

/** Converts the pieces that a source of frames yields to bytes. */

const { types } = require('node:util');
const { typeError } = require('../../core/error.js');
const { kind } = require('../../core/option.js');

const NOTHING = new Uint8Array();

/** @param {number} code */
const isHighSurrogate = (code) => code >= 0xd800 && code <= 0xdbff;

class Pieces {
  /** The first half of a character whose second half is in the next string. */
  #half = '';

  /**
   * @param {unknown} piece
   * @returns {Uint8Array}
   */
  bytes(piece) {
    if (typeof piece === 'string') return this.#encode(piece);
    if (types.isUint8Array(piece)) return this.#half ? this.#after(piece) : piece;
    if (types.isAnyArrayBuffer(piece)) return this.bytes(new Uint8Array(piece));
    throw typeError(
      'ERR_SSE_DATA',
      `a source of frames must yield strings or bytes, but it yielded ${kind(piece)}`,
    );
  }

  /** Returns half a character if the second half never arrived. */
  rest() {
    return this.#half ? this.#after(NOTHING) : NOTHING;
  }

  /** @param {string} text */
  #encode(text) {
    const all = this.#half + text;
    const isSplit = isHighSurrogate(all.charCodeAt(all.length - 1));
    this.#half = isSplit ? all.slice(-1) : '';
    return Buffer.from(isSplit ? all.slice(0, -1) : all);
  }

  /** @param {Uint8Array} bytes */
  #after(bytes) {
    const half = Buffer.from(this.#half);
    this.#half = '';
    return Buffer.concat([half, bytes]);
  }
}

module.exports = { Pieces };
