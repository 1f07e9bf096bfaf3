'use strict';

/**
 * The inside of a connection: its state, the core's handle and its carrier. The public class and
 * the faces share it.
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
 * - `opening`: the head is not written yet; what is sent is queued.
 * - `open`: the head is written, and the client gets what is sent.
 * - `ending`: the server has ended the connection, or the carrier has closed; it may still have
 *   bytes to send.
 * - `closed`: the core has let go of it.
 *
 * A connection may end before its head is written, which then still follows.
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
/**
 * How many bytes may be queued before a streamed source waits: at most that, and half of the
 * queue's bound.
 */
const HIGH_WATER_MARK = 64 << 10;
/** A frame may be as long as the queue, and at least this many bytes. */
const MIN_LONGEST_FRAME = 1 << 20;
/** Close reasons after which the client gets a proper end. */
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
   * The public connection, which sets itself at once.
   * @type {Owner}
   */
  connection = /** @type {any} */ (undefined);
  #context = new AsyncResource('SluiceConnection');
  /**
   * Until the head is written.
   * @type {ConnectionSettings | undefined}
   */
  #settings;
  #stallTimeout;
  /** By which it is counted. */
  key;
  /**
   * What `end()` has returned.
   * @type {Promise<Owner> | undefined}
   */
  #ended;
  /** @type {(() => void) | undefined} */
  #resolveEnded;
  /** A write waits for the client. */
  #awaitsDrain = false;
  /** @type {unknown} */
  #error;
  /** @type {(() => void)[] | undefined} */
  #whenEnding;
  /** Whether the connection has an overflow policy of its own, or of a channel. */
  hasOverflow;
  /** @type {Lean | undefined} */
  #lean;
  /**
   * The public id, once it was asked for.
   * @type {string | undefined}
   */
  id;
  timestamp = Date.now();

  /**
   * Nothing is written yet: if this throws, the framework can still answer.
   * @param {Carrier} carrier
   * @param {ConnectionSettings} settings
   * @param {{ handle: ConnectionHandle, record: LeanRecord }} [kept] of a lean connection that is
   *   made again
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
      // No notice of the core will release it.
      this.#release();
      if (this.handle) connections.delete(this.handle.id);
      this.handle?.close('destroy');
      throw error;
    }
    // HEAD gets the head alone; what the handler sends is dropped.
    if (carrier.headOnly) this.close('end');
  }

  /** Writes the head and begins to send. */
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

  /** Sends what is queued, then ends. Resolves with the public connection when it is closed. */
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
   * Takes the overflow policy of a channel, unless it has one.
   * @param {string} policy
   */
  adoptOverflow(policy) {
    if (this.hasOverflow) return;
    this.hasOverflow = true;
    this.handle.setOverflow(policy);
    this.#lean?.remember();
  }

  /** The public id. */
  makeId() {
    if (this.id === undefined) {
      this.id = randomUUID();
      this.#lean?.remember();
    }
    return this.id;
  }

  /** JavaScript must not let go of the connection: it has more than its record says. */
  hold() {
    this.#lean?.hold();
  }

  /** Whether an application waits for its end. */
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
   * The core's side of a source that yields frames.
   * @param {boolean} checks whether invalid frames are an error
   */
  frames(checks) {
    const longest = Math.max(MIN_LONGEST_FRAME, this.maxQueueBytes);
    return this.handle.frames(checks, longest);
  }

  /**
   * Drops what is queued and cuts the client off.
   * @param {unknown} [error]
   */
  destroy(error) {
    this.#error ??= error;
    this.hold();
    this.#advance('ending');
    this.close('destroy');
  }

  /**
   * Asks the core to close the connection. `end`, `timeout` and `expired` wait for the queue,
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

  /** Whether the connection is bound to close. */
  get isOver() {
    return this.state === 'ending' || this.state === 'closed';
  }

  // The carrier's side.

  onClose() {
    if (this.state === 'closed') return;
    this.#advance('ending');
    // The core is about to report the close, and the application may wait for that alone.
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

  // The core's side.

  /** @param {Buffer} bytes */
  write(bytes) {
    // Entering the context takes longer than the rest, and no code of the application would see it.
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
    // Other code may wrap `res.end`. If it throws, the connection is closed all the same.
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
      // Otherwise the client would wait for the rest for ever.
      carrier.destroy();
      throw error;
    }
  }

  /**
   * The only place where the state changes, and only forwards.
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
    // The first choice, before the core has a handle, may not be the last.
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
 * Why the socket cannot be handed over, if so.
 * @param {Carrier} carrier
 */
const obstacleOf = (carrier) =>
  carrier.handOver ? carrier.obstacle?.() : 'the response is not that of a Node server';

module.exports = { Link };
