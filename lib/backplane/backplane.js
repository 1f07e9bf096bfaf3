'use strict';

/** A backplane, as users see it. The core talks to the engine. */

/** @import { BackplaneHandle } from '../../binding.js' */

const { EventEmitter } = require('node:events');
const { SluiceError } = require('../core/error.js');
const { backplanes, mailboxes } = require('../core/notices.js');

/** @type {(backplane: Backplane) => BackplaneHandle} */
let handleOf;

class Backplane extends EventEmitter {
  #start;
  /** @type {BackplaneHandle | undefined} */
  #handle;
  /** @type {'idle' | 'connecting' | 'online' | 'offline' | 'closed'} */
  #state = 'idle';

  static {
    handleOf = (backplane) => backplane.#started();
  }

  /** @param {() => BackplaneHandle} start called when the first channel uses it */
  constructor(start) {
    super();
    this.#start = start;
  }

  get state() {
    return this.#state;
  }

  get queuedBytes() {
    return this.#handle?.queuedBytes ?? 0;
  }

  close() {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    if (!this.#handle) return;
    backplanes.delete(this.#handle.id);
    mailboxes.delete(this.#handle.id);
    this.#handle.close();
  }

  #started() {
    if (this.#state === 'closed') {
      throw new SluiceError('ERR_SSE_CLOSED', 'the backplane is closed: create a new one');
    }
    if (!this.#handle) {
      this.#handle = this.#start();
      this.#state = 'connecting';
      backplanes.set(this.#handle.id, (isOnline, reason) => this.#changed(isOnline, reason));
    }
    return this.#handle;
  }

  /**
   * @param {boolean} isOnline
   * @param {string | undefined} reason
   */
  #changed(isOnline, reason) {
    const before = this.#state;
    this.#state = isOnline ? 'online' : 'offline';
    if (isOnline) this.emit('online');
    else if (before !== 'offline') this.emit('offline', outage(reason));
  }
}

/** @param {string | undefined} reason */
const outage = (reason) =>
  new SluiceError('ERR_SSE_BACKPLANE', `the backplane's engine cannot be reached: ${reason}`);

/** @type {(value: unknown) => asserts value is Backplane} */
function assertBackplane(value) {
  if (!(value instanceof Backplane)) {
    throw new SluiceError(
      'ERR_SSE_OPTION',
      '`backplane` must be a backplane: create one with redisBackplane()',
    );
  }
}

module.exports = { Backplane, assertBackplane, handleOf };
