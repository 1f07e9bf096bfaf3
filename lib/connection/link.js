'use strict';

/**
 * The internals of a connection: its state, the core's handle and its carrier. The public class and
 * the faces share them.
 */

/** @import { EventEmitter } from 'node:events' */
/** @import { ConnectionHandle } from '../../binding.js' */
/** @import { CloseReason } from '../../index.js' */
/** @import { Carrier, CarrierListener, SocketTaker } from '../carrier/carrier.js' */
/** @import { ConnectionListener } from '../core/notices.js' */
/** @import { ConnectionSettings } from './connection-options.js' */
/** @import { Missed } from './gaps.js' */
/** @import { LeanRecord } from './lean-record.js' */

/**
 * - `opening`: the head is not written yet; events are queued.
 * - `open`: the head is written, and events are sent to the client.
 * - `ending`: the server has ended the connection, or the carrier has closed; it may still have
 *   bytes to send.
 * - `closed`: the core has released the connection.
 *
 * A connection may end before its head is written. The head then still follows.
 * @typedef {'opening' | 'open' | 'ending' | 'closed'} State
 */
/**
 * @typedef {EventEmitter<any> & {
 *   request: any,
 *   response: any,
 *   write: (frameText: string) => unknown,
 * }} Owner
 */

const { AsyncResource } = require('node:async_hooks');
const { randomUUID } = require('node:crypto');
const { readQueryCursor } = require('../carrier/cursor.js');
const { debug } = require('../core/diagnostics.js');
const { everything } = require('../core/draining.js');
const { SluiceError } = require('../core/error.js');
const { CatchUp } = require('./catch-up.js');
const { encodeBody } = require('./compression.js');
const { coreSettings } = require('./core-settings.js');
const { Gathering } = require('./gathering.js');
const { Lean } = require('./lean.js');
const { reportGaps } = require('./gaps.js');
const { start, streamWrites } = require('../core/hub.js');
const { guarded } = require('../core/listeners.js');
const { connections, streams } = require('../core/notices.js');
const { sendLastBytes } = require('./last-bytes.js');
const { holdProcess, releaseProcess } = require('../core/process.js');
const { admit, release } = require('./admission.js');
const { Expiry, readUntil } = require('./expiry.js');
const report = require('./report.js');
const { wakeSoon } = require('./wake.js');

/** @type {State[]} */
const ORDER = ['opening', 'open', 'ending', 'closed'];
/** How many bytes may be queued before a streamed source waits. At most half of `maxQueueBytes`. */
const HIGH_WATER_MARK = 64 << 10;
/** The longest frame is `maxQueueBytes`, or this many bytes if that is more. */
const MIN_LONGEST_FRAME = 1 << 20;
/** Close reasons after which the response ends properly. */
const ORDERLY = ['end', 'timeout', 'expired', 'drain'];

/**
 * @implements {CarrierListener}
 * @implements {SocketTaker}
 * @implements {ConnectionListener}
 */
class Link {
  /** @type {State} */
  state = 'opening';
  /**
   * The public connection. Its constructor sets this field.
   * @type {Owner}
   */
  connection = /** @type {any} */ (undefined);
  #context = new AsyncResource('SluiceConnection');
  /**
   * Set until the head is written.
   * @type {ConnectionSettings | undefined}
   */
  #settings;
  #stallTimeout;
  /** The limit key. */
  key;
  /**
   * The promise that `end()` returned.
   * @type {Promise<Owner> | undefined}
   */
  #ended;
  /** @type {(() => void) | undefined} */
  #resolveEnded;
  /** Whether a write waits for the client. */
  #awaitsDrain = false;
  /** @type {unknown} */
  #error;
  /** @type {(() => void)[] | undefined} */
  #whenEnding;
  /** Whether the connection has an overflow policy, its own or that of a channel. */
  hasOverflow;
  /** @type {Lean | undefined} */
  #lean;
  /**
   * The public id, once it was read.
   * @type {string | undefined}
   */
  id;
  timestamp = Date.now();

  /**
   * Writes nothing: if this throws, the framework can still respond.
   * @param {Carrier} carrier
   * @param {ConnectionSettings} settings
   * @param {{ handle: ConnectionHandle, record: LeanRecord }} [kept] of a lean connection that is
   *   recreated
   */
  constructor(carrier, settings, kept) {
    if (!kept) everything.assertNot();
    this.carrier = carrier;
    this.#stallTimeout = settings.core.stallTimeout;
    this.maxQueueBytes = settings.core.maxQueueBytes;
    const cursor = cursorOf(carrier, settings.cursorQuery) ?? carrier.since;
    this.cursor = cursor;
    this.onGap = settings.onGap;
    this.hasOverflow = settings.hasOverflow;
    if (kept) this.#lean = new Lean(this, [], true);
    else if (settings.lean) this.#lean = new Lean(this, settings.lean, false);
    this.transport = kept ? 'native' : this.#chooseTransport(settings);
    if (kept) {
      const { handle, record } = kept;
      this.handle = handle;
      this.number = handle.id;
      this.key = record.key;
      this.id = record.id;
      this.timestamp = record.timestamp;
      this.state = 'open';
      this.catchUp = new CatchUp(this, undefined);
      if (cursor !== undefined) this.catchUp.gathering = new Gathering(this, { resume: 'over' });
      connections.release(this.number, this);
      return;
    }
    this.#settings = settings;
    const request = carrier.request ?? carrier.incoming;
    const until = readUntil(settings.expiresAt, request);
    this.key = carrier.isLocal ? undefined : admit(request, settings.limits);
    try {
      const allOnGap = settings.onGap === 'all';
      this.handle = start().open(coreSettings(settings.core), cursor, allOnGap);
      this.catchUp = new CatchUp(this, cursor, settings);
      this.number = this.handle.id;
      connections.set(this.number, this);
      carrier.listen(this);
      if (until !== undefined) new Expiry(this, until, settings.reauthorize);
    } catch (error) {
      // No notice from the core will release the key.
      this.#release();
      if (this.handle) connections.delete(this.handle.id);
      this.handle?.close('destroy');
      throw error;
    }
    // A HEAD request gets only the head. Events are discarded.
    if (carrier.headOnly) this.close('end');
  }

  /** Writes the head and starts sending. */
  begin() {
    const { carrier } = this;
    const settings = /** @type {ConnectionSettings} */ (this.#settings);
    this.#settings = undefined;
    try {
      this.transport = this.#chooseTransport(settings);
      const { coding, headers } = encodeBody(settings.compress, carrier, settings.head.headers);
      if (coding) this.handle.setCoding(coding);
      const isNative = this.transport === 'native';
      carrier.head(settings.head.statusCode, headers, { coding, isHandedOver: isNative });
      this.#advance('open');
      report.opened(this);
      if (!isNative || !carrier.handOver?.(this)) this.writeThrough();
    } catch (error) {
      this.close('destroy');
      throw error;
    }
  }

  /** Flushes the queue, then ends. Resolves with the public connection once it is closed. */
  end() {
    if (!this.#ended) {
      this.hold();
      this.catchUp.finish();
      this.#advance('ending');
      this.close('end');
      this.#ended = new Promise((resolve) => {
        this.#resolveEnded = () => resolve(this.connection);
      });
      if (this.state === 'closed') this.#resolveEnded?.();
    }
    return this.#ended;
  }

  /**
   * Adopts the overflow policy of a channel, unless the connection already has one.
   * @param {string} policy
   */
  adoptOverflow(policy) {
    if (this.hasOverflow) return;
    this.hasOverflow = true;
    this.handle.setOverflow(policy);
    this.#lean?.remember();
  }

  /** Returns the public id. Creates it on the first call. */
  makeId() {
    if (this.id === undefined) {
      this.id = randomUUID();
      this.#lean?.remember();
    }
    return this.id;
  }

  /** Keeps JavaScript from forgetting the connection, which has state beyond its record. */
  hold() {
    this.#lean?.hold();
  }

  /** Whether the application waits for the end of the connection. */
  get isAwaited() {
    return this.isEnded || this.#whenEnding !== undefined;
  }

  /** Whether `end()` was called: sending is an error from then on. */
  get isEnded() {
    return this.#ended !== undefined;
  }

  assertNotEnded() {
    if (this.isEnded) {
      throw new SluiceError('ERR_SSE_CLOSED', 'the connection was ended: send before end()');
    }
  }

  get highWaterMark() {
    return Math.min(HIGH_WATER_MARK, this.maxQueueBytes / 2);
  }

  /**
   * Returns the core's handle for a source that yields frames.
   * @param {boolean} checks whether invalid frames are an error
   */
  frames(checks) {
    const longest = Math.max(MIN_LONGEST_FRAME, this.maxQueueBytes);
    return this.handle.frames(checks, longest);
  }

  /**
   * Discards the queue and disconnects the client.
   * @param {unknown} [error]
   */
  destroy(error) {
    this.#error ??= error;
    this.hold();
    this.#advance('ending');
    this.close('destroy');
  }

  /**
   * Asks the core to close the connection. `end`, `timeout` and `expired` flush the queue first,
   * unless another reason follows.
   * @param {CloseReason} reason
   */
  close(reason) {
    this.handle.close(reason);
  }

  /**
   * Calls back once when the connection is `ending` or `closed`.
   * @param {() => void} callback
   */
  whenEnding(callback) {
    this.#whenEnding ??= [];
    this.#whenEnding.push(callback);
    this.hold();
  }

  /** Whether the connection is ending or closed. */
  get isOver() {
    return this.state === 'ending' || this.state === 'closed';
  }

  // Called by the carrier.

  onClose() {
    if (this.state === 'closed') return;
    this.#advance('ending');
    // Keeps the process alive until the core reports the close, in case nothing else does.
    holdProcess(this);
    this.close(this.carrier.closeReason());
  }

  onDrain() {
    if (!this.#awaitsDrain) return;
    this.#awaitsDrain = false;
    streamWrites.drained(this.number);
  }

  onFlood() {
    this.close('flood');
  }

  /** @param {string} frameText */
  onFrames(frameText) {
    if (this.state !== 'closed') this.connection.write(frameText);
  }

  onEnd() {
    this.end();
  }

  /**
   * @param {number} descriptor
   * @param {boolean} chunked
   * @param {boolean} halfOpen
   * @param {string} [head]
   */
  takeSocket(descriptor, chunked, halfOpen, head) {
    const isTaken = this.handle.attachSocket(descriptor, chunked, halfOpen, head);
    if (!isTaken) return false;
    this.#lean?.taken();
    debug('connection %d: the core has taken over the socket', this.number);
    wakeSoon();
    holdProcess(this);
    return true;
  }

  detaching() {
    this.#lean?.detaching();
  }

  writeThrough() {
    if (this.transport === 'native') {
      debug('connection %d: the hand-over was given up, JavaScript writes', this.number);
    }
    this.transport = 'stream';
    const { carrier } = this;
    if (carrier.needsProcess) holdProcess(this);
    const chunked = carrier.begin?.() === true;
    if (carrier.direct) streams.set(this.number, carrier.direct);
    const isShared = carrier.isShared === true;
    this.handle.attachStream(carrier.descriptor?.(), this.#stallTimeout, isShared, chunked);
    wakeSoon();
  }

  // Called by the core.

  /** @param {Buffer} bytes */
  write(bytes) {
    // Entering the context takes longer than the rest, and no application code would see it.
    if (this.carrier.isDirect) return this.#write(bytes);
    return this.#context.runInAsyncScope(this.#write, this, bytes);
  }

  /** @returns {false} */
  mustWait() {
    this.#awaitsDrain = true;
    return false;
  }

  drained() {
    this.#context.runInAsyncScope(this.connection.emit, this.connection, 'drain');
  }

  /** @param {Missed} missed */
  missed(missed) {
    if ('events' in missed) report.dropped(this, missed.events);
    this.#context.runInAsyncScope(reportGaps, undefined, this, [missed]);
  }

  timedOut() {
    const { connection } = this;
    if (connection.listenerCount('timeout') === 0) this.close('timeout');
    else this.#context.runInAsyncScope(connection.emit, connection, 'timeout');
  }

  /** @param {CloseReason} reason */
  closed(reason) {
    this.#context.runInAsyncScope(this.#close, this, reason);
  }

  /** @param {Buffer} bytes */
  #write(bytes) {
    return this.carrier.write(bytes) || this.mustWait();
  }

  /** @param {CloseReason} reason */
  #close(reason) {
    this.carrier.release();
    releaseProcess(this);
    this.#release();
    this.#advance('closed');
    this.#lean?.closed();
    // Other code may wrap `res.end`. The connection closes even if that code throws.
    guarded(() => this.#finish(ORDERLY.includes(reason)));
    if (reason === 'drain' && this.transport === 'stream') sendLastBytes(this.carrier);
    this.#resolveEnded?.();
    report.closed(this, reason);
    this.connection.emit('close', reason);
  }

  #release() {
    if (!this.carrier.isLocal) release(this.key);
  }

  /** @param {boolean} orderly */
  #finish(orderly) {
    const { carrier } = this;
    if (!orderly) return carrier.destroy(this.#error);
    try {
      carrier.end();
    } catch (error) {
      // Otherwise the client would wait for the rest forever.
      carrier.destroy();
      throw error;
    }
  }

  /**
   * The only place that changes the state, and it only moves forwards.
   * @param {State} state
   */
  #advance(state) {
    if (ORDER.indexOf(state) <= ORDER.indexOf(this.state)) return;
    this.state = state;
    if (!this.isOver) return;
    const callbacks = this.#whenEnding;
    this.#whenEnding = undefined;
    for (const callback of callbacks ?? []) callback();
  }

  /**
   * @param {ConnectionSettings} settings
   * @returns {'native' | 'stream'}
   */
  #chooseTransport({ transport }) {
    const obstacle = transport === 'stream' ? "transport: 'stream'" : obstacleOf(this.carrier);
    if (obstacle && transport === 'native') {
      throw new SluiceError(
        'ERR_SSE_TRANSPORT',
        `the socket cannot be handed over, because ${obstacle}: use transport: 'auto'`,
      );
    }
    // The first choice, made before the core has a handle, is preliminary.
    if (obstacle && this.handle) {
      debug('connection %d: JavaScript writes (%s)', this.number, obstacle);
    }
    return obstacle ? 'stream' : 'native';
  }
}

/**
 * @param {Carrier} carrier
 * @param {string | undefined} parameter
 */
function cursorOf({ cursor, request }, parameter) {
  if (cursor !== undefined || parameter === undefined) return cursor;
  return readQueryCursor(request?.url, parameter);
}

/**
 * Returns why the socket cannot be handed over, or undefined if it can.
 * @param {Carrier} carrier
 */
const obstacleOf = (carrier) =>
  carrier.handOver ? carrier.obstacle?.() : 'the response is not from a Node server';

module.exports = { Link };
