'use strict';

/** The `ServerEventBus` of an MCP server, over a backplane. */

/** @import { ServerEventBusOptions } from '../../../mcp.js' */
/** @import { Backplane } from '../../backplane/backplane.js' */

const { assertBackplane, handleOf } = require('../../backplane/backplane.js');
const { mailOf } = require('../../backplane/mail.js');
const { readPrefix } = require('../../backplane/options.js');
const { debug } = require('../../core/diagnostics.js');
const { guarded } = require('../../core/listeners.js');
const option = require('../../core/option.js');

/** @type {option.Names<ServerEventBusOptions>} */
const NAMES = { name: true };

/**
 * @param {Backplane} backplane
 * @param {ServerEventBusOptions} [options]
 */
function serverEventBus(backplane, options) {
  assertBackplane(backplane);
  const { name: given = 'mcp' } = option.object('options', options, NAMES);
  const name = readPrefix('name', given);
  return new ServerEventBus(backplane, `n:${name}/bus`);
}

class ServerEventBus {
  #mail;
  #subject;
  /** @type {Set<(event: any) => void>} */
  #listeners = new Set();
  #listener = {
    arrived: (/** @type {string} */ _subject, /** @type {Buffer} */ bytes) => this.#arrived(bytes),
    missed: () => {},
  };

  /**
   * @param {Backplane} backplane
   * @param {string} subject
   */
  constructor(backplane, subject) {
    this.#mail = mailOf(handleOf(backplane));
    this.#subject = subject;
  }

  /** @param {object} event */
  publish(event) {
    this.#mail.say(this.#subject, Buffer.from(JSON.stringify(event)));
  }

  /** @param {(event: any) => void} listener */
  subscribe(listener) {
    if (typeof listener !== 'function') {
      throw option.wrongArgument('subscribe()', 'a function', listener);
    }
    // Each call is a separate subscription, even with the same function.
    const own = (/** @type {unknown} */ event) => listener(event);
    if (this.#listeners.size === 0) this.#mail.hear(this.#subject, this.#listener);
    this.#listeners.add(own);
    return () => {
      if (!this.#listeners.delete(own) || this.#listeners.size > 0) return;
      this.#mail.unhear(this.#subject, this.#listener);
    };
  }

  /** @param {Buffer} bytes */
  #arrived(bytes) {
    /** @type {unknown} */
    let event;
    try {
      event = JSON.parse(bytes.toString());
    } catch {
      debug('an event of an MCP server is not JSON');
      return;
    }
    for (const listener of [...this.#listeners]) guarded(() => listener(event));
  }
}

module.exports = { serverEventBus };
