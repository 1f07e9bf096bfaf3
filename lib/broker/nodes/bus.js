'use strict';

/**
 * Exchanges messages with the other nodes of a broker. Each node listens to the broker's subject,
 * and to a subject of its own for messages to this node alone.
 */

/** @import { BackplaneHandle } from '../../../binding.js' */
/** @import { Message } from './messages.js' */

const { mailOf } = require('../../backplane/mail.js');
const { SluiceError } = require('../../core/error.js');
const { MAX_BYTES, decode, encode } = require('./messages.js');

/**
 * @template Of
 * @typedef {Of extends { from: string } ? Omit<Of, 'from'> : never} Unsigned
 */
/**
 * A message without its sender.
 * @typedef {Unsigned<Message>} Words
 */
/**
 * @typedef {object} BusListener
 * @property {(message: Message, direct: boolean) => void} heard
 * @property {() => void} missed some messages may have been lost
 */

class Bus {
  #mail;
  #id;
  #subject;
  #listener;

  /**
   * @param {BackplaneHandle} handle
   * @param {string} name of the broker
   * @param {string} id of this node
   * @param {BusListener} listener
   */
  constructor(handle, name, id, listener) {
    this.#mail = mailOf(handle);
    this.#id = id;
    this.#subject = `n:${name}`;
    this.#listener = {
      arrived: (/** @type {string} */ subject, /** @type {Buffer} */ bytes) => {
        const message = decode(bytes);
        if (message) listener.heard(message, subject !== this.#subject);
      },
      missed: () => listener.missed(),
    };
    this.#mail.hear(this.#subject, this.#listener);
    this.#mail.hear(direct(id), this.#listener);
  }

  /**
   * @param {Words} words
   * @param {string} [node] all nodes by default
   * @throws if the engine's queue is full
   */
  say(words, node) {
    const bytes = encode(/** @type {Message} */ ({ ...words, from: this.#id }));
    if (bytes.length > MAX_BYTES) {
      throw new SluiceError(
        'ERR_SSE_BACKPLANE_FULL',
        `a message to another process has at most ${MAX_BYTES} bytes: send less at once`,
      );
    }
    this.#mail.say(node === undefined ? this.#subject : direct(node), bytes);
  }

  /**
   * Sends a message and ignores errors. The message is repeated, or its receivers detect the loss.
   * @param {Words} words
   * @param {string} [node]
   */
  trySay(words, node) {
    try {
      this.say(words, node);
    } catch {
      // The engine is unreachable and its queue is full, or the backplane is closed.
    }
  }

  close() {
    this.#mail.unhear(this.#subject, this.#listener);
    this.#mail.unhear(direct(this.#id), this.#listener);
  }
}

/** @param {string} node */
const direct = (node) => `d:${node}`;

module.exports = { Bus };
