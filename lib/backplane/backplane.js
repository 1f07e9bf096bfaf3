'use strict';

/** The public side of a backplane. The core talks to the engine. */

/** @import { BackplaneHandle, HostCall, HostReply } from '../../binding.js' */

const { EventEmitter } = require('node:events');
const { debug, quoted } = require('../core/diagnostics.js');
const { SluiceError } = require('../core/error.js');
const { askers, backplanes, mailboxes } = require('../core/notices.js');
const { printable } = require('../core/printable.js');

/** @type {(backplane: Backplane) => BackplaneHandle} */
let handleOf;
/**
 * The number and age, in milliseconds, of the events that the engine retains per channel, if known.
 * @type {(backplane: Backplane) => { events: number, age: number } | undefined}
 */
let retainOf;

class Backplane extends EventEmitter {
  #start;
  #answerer;
  #retain;
  /** @type {BackplaneHandle | undefined} */
  #handle;
  /** @type {'idle' | 'connecting' | 'online' | 'offline' | 'closed'} */
  #state = 'idle';

  static {
    handleOf = (backplane) => backplane.#started();
    retainOf = (backplane) => backplane.#retain;
  }

  /**
   * @param {() => BackplaneHandle} start called when the first channel uses it
   * @param {(call: HostCall) => unknown} [answerer] answers calls of the engine, perhaps later
   * @param {{ events: number, age: number }} [retain]
   */
  constructor(start, answerer, retain) {
    super();
    this.#retain = retain;
    this.#start = start;
    this.#answerer = answerer;
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
    debug('backplane %d: closed', this.#handle.id);
    backplanes.delete(this.#handle.id);
    mailboxes.delete(this.#handle.id);
    if (typeof this.#handle.asker === 'number') askers.delete(this.#handle.asker);
    this.#handle.close();
  }

  #started() {
    if (this.#state === 'closed') {
      throw new SluiceError('ERR_SSE_CLOSED', 'the backplane is closed: create a new one');
    }
    if (!this.#handle) {
      const handle = this.#start();
      this.#handle = handle;
      this.#state = 'connecting';
      debug('backplane %d: connecting', handle.id);
      backplanes.set(handle.id, (isOnline, reason) => this.#changed(isOnline, reason));
      if (typeof handle.asker === 'number') {
        askers.set(handle.asker, (request) => void this.#answer(handle, request));
      }
    }
    return this.#handle;
  }

  /**
   * @param {BackplaneHandle} handle
   * @param {number} request
   */
  async #answer(handle, request) {
    const call = handle.takeCall(request);
    if (!call) return;
    try {
      const reply = await this.#answerer?.(call);
      handle.answer(request, /** @type {HostReply} */ (reply ?? {}));
    } catch (error) {
      handle.fail(request, `${call.name}() failed: ${messageOf(error)}`);
    }
  }

  /**
   * @param {boolean} isOnline
   * @param {string | undefined} reason
   */
  #changed(isOnline, reason) {
    const before = this.#state;
    this.#state = isOnline ? 'online' : 'offline';
    if (this.#state !== before && debug.enabled) {
      const why = isOnline ? '' : ` (${quoted(reason)})`;
      debug('backplane %d: %s%s', this.#handle?.id, this.#state, why);
    }
    if (isOnline) this.emit('online');
    else if (before !== 'offline') this.emit('offline', outage(reason));
  }
}

printable(Backplane.prototype, 'Backplane', ({ state, queuedBytes }) => ({ state, queuedBytes }));

/** @param {unknown} error */
const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** @param {string | undefined} reason */
const outage = (reason) =>
  new SluiceError('ERR_SSE_BACKPLANE', `the backplane's engine cannot be reached: ${reason}`);

/** @type {(value: unknown) => asserts value is Backplane} */
function assertBackplane(value) {
  if (!(value instanceof Backplane)) {
    throw new SluiceError(
      'ERR_SSE_OPTION',
      '`backplane` must be a backplane: create one with redisBackplane() or natsBackplane()',
    );
  }
}

module.exports = { Backplane, assertBackplane, handleOf, retainOf };
