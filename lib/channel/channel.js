'use strict';

/** A group of connections with a history. */

/** @import { ChannelHandle } from '../../binding.js' */
/** @import { AddOptions, ChannelOptions, EventsOptions, SendOptions } from '../../index.js' */
/** @import { ServerSentEvent, Snapshot } from '../../index.js' */
/** @import { DrainOptions, DrainResult } from '../../types/drain.js' */
/** @import { Names } from '../core/option.js' */
/** @import { Link } from '../connection/link.js' */

const { EventEmitter } = require('node:events');
const { CHANNEL_NAMES, readChannelOptions, readState } = require('./channel-options.js');
const { Connection, linkOf } = require('../connection/connection.js');
const { debug } = require('../core/diagnostics.js');
const { Draining } = require('../core/draining.js');
const { LimitError, SluiceError, callCore, typeError } = require('../core/error.js');
const { drainConnections, readDrainOptions } = require('../connection/drain.js');
const { assertBackplane, handleOf } = require('../backplane/backplane.js');
const event = require('../connection/event.js');
const { Loops } = require('../connection/read-events.js');
const { sendSnapshot } = require('../connection/snapshot.js');
const { start } = require('../core/hub.js');
const { guarded, runAll } = require('../core/listeners.js');
const { channels, connections } = require('../core/notices.js');
const option = require('../core/option.js');
const { printable } = require('../core/printable.js');

/** @type {(value: unknown) => asserts value is Connection} */
function assertConnection(value) {
  if (!(value instanceof Connection)) {
    throw typeError(
      'ERR_SSE_TYPE',
      'a channel expects a Connection: create one with new Connection(req, res)',
    );
  }
}

/**
 * Omits connections that the core has already closed: their notices are about to arrive.
 * @param {number[]} ids
 */
const connectionsOf = (ids) => ids.flatMap((id) => connections.get(id)?.connection ?? []);

/** Sent when a channel ends without an event. */
const END = { comment: 'end' };

const full = () => new LimitError(503, 'the channel has too many members: try again later');

/** @type {Names<SendOptions>} */
const SEND_NAMES = { remove: true };
/** @type {Names<AddOptions>} */
const ADD_NAMES = { snapshot: true };

/** @param {SendOptions} options */
const readRemove = (options) =>
  option.boolean('remove', option.object('options', options, SEND_NAMES).remove, false);

/**
 * Holds live events until the turn of the event loop ends. The connection then gets the merged
 * states of all `keep: 'latest'` channels that it has joined.
 * @param {Link} link
 */
function holdForTurn({ catchUp }) {
  catchUp.hold();
  setImmediate(() => catchUp.release());
}

/**
 * Returns the backplane of a channel, if it has one.
 * @param {ChannelOptions<any>} given
 */
function readShared({ backplane, name }) {
  if (name !== undefined) option.assertString('name', name);
  if (backplane === undefined) return undefined;
  assertBackplane(backplane);
  if (!name) throw option.invalid('a channel with a `backplane` needs the option `name`');
  return handleOf(backplane);
}

/** @type {(channel: Channel) => ChannelHandle} */
let historyOf;

class Channel extends EventEmitter {
  #handle;
  /** A copy: each join needs it, and reading it from the handle is a native call. */
  #id;
  #closed = false;
  #draining = new Draining();
  /** @type {Promise<DrainResult> | undefined} */
  #drained;
  #expires;
  /** Whether the channel keeps the latest value of each key. */
  #isLatest;
  /** Returns the key of an event, if events have keys. */
  #key;
  /** The overflow policy for members that are too slow. */
  #overflow;
  #maxMembers;
  /** Whether events go through a backplane. */
  #isShared;
  /** Whether a listener waits for `end`. */
  #isEndAwaited = false;
  /** How many members had a `join` but no `leave` event. Notices lag behind the core's count. */
  #present = 0;
  /** Receives the core's notices. */
  #listener = {
    channel: this,
    left: (/** @type {Connection} */ connection) => this.#left(connection),
    expired: () => this.#expired(),
    ended: () => this.#ended(),
  };
  /** The readers of `events()`. */
  #loops = new Loops();
  /**
   * Returning connections that were removed: they do not resume again when they join again. Members
   * are not recorded, because the garbage collector visits each entry.
   * @type {WeakSet<Connection> | undefined}
   */
  #removed;

  static {
    historyOf = (channel) => channel.#handle;
  }

  /** @param {ChannelOptions<any>} [options] */
  constructor(options) {
    super();
    const given = option.object('options', options, CHANNEL_NAMES);
    const core = readChannelOptions(given);
    const { isLatest, key, overflow } = readState(given, core.historySize);
    this.#isLatest = isLatest;
    this.#key = key;
    this.#overflow = overflow;
    this.#maxMembers = option.count('maxMembers', given.maxMembers, 0) || Number.POSITIVE_INFINITY;
    const shared = readShared(given);
    this.#isShared = shared !== undefined;
    this.#handle = start().channel(core, isLatest, shared, given.name);
    this.#id = this.#handle.id;
    this.#expires = core.emptyTimeout > 0;
    if (this.#expires) channels.set(this.#id, this.#listener);
  }

  get closed() {
    return this.#closed;
  }

  get ended() {
    return this.#handle.hasEnded;
  }

  get draining() {
    return this.#draining.hasBegun;
  }

  /**
   * @param {Connection} connection
   * @param {AddOptions<any>} [options]
   */
  add(connection, options) {
    assertConnection(connection);
    this.#draining.assertNot();
    this.#assertOpen();
    const given = option.object('options', options, ADD_NAMES);
    const snapshot = option.callback('snapshot', given.snapshot);
    const link = linkOf(connection);
    if (snapshot && this.#isLatest) {
      throw option.invalid("`snapshot` must not be set with `keep: 'latest'`: remove it");
    }
    if (!snapshot) return this.#join(connection, link);
    // Before the join, so that no event overtakes the snapshot.
    link.catchUp.hold();
    try {
      return this.#join(connection, link, snapshot);
    } finally {
      link.catchUp.release();
    }
  }

  /**
   * @param {Connection} connection
   * @param {Link} link
   * @param {Snapshot<any>} [snapshot]
   */
  #join(connection, link, snapshot) {
    const { catchUp, handle } = link;
    const { gathering } = catchUp;
    if (this.#isFull && !this.#handle.members().includes(handle.id)) throw full();
    const resume = gathering !== undefined && !this.#removed?.has(connection);
    if (this.#isLatest) holdForTurn(link);
    if (this.#overflow) link.adoptOverflow(this.#overflow);
    const addition = callCore(() => this.#handle.add(handle, resume));
    if (addition === 'unchanged') return this;
    channels.set(this.#id, this.#listener);
    this.#present += 1;
    if (addition === 'gathered') {
      gathering?.add({ channel: this }, snapshot);
      if (this.#isShared) gathering?.awaitHistory((request) => this.#handle.load(request));
    }
    if (snapshot && addition !== 'gathered' && !(resume && addition === 'joined')) {
      sendSnapshot(link, snapshot);
    }
    catchUp.joined();
    this.emit('join', connection);
    if (addition === 'gap') {
      // Events sent in response to the gap precede the state.
      if (this.#isLatest) handle.letOwnPass();
      gathering?.lose({ channel: this });
    }
    return this;
  }

  /** @param {Connection} connection */
  remove(connection) {
    assertConnection(connection);
    const { catchUp, handle } = linkOf(connection);
    if (!this.#handle.remove(handle)) return false;
    if (catchUp.gathering) {
      linkOf(connection).hold();
      this.#removed ??= new WeakSet();
      this.#removed.add(connection);
    }
    this.#left(connection);
    return true;
  }

  /** @param {EventsOptions<any>} [options] */
  events(options) {
    return this.#loops.read(options, (connection, snapshot) => this.add(connection, { snapshot }));
  }

  /**
   * @param {ServerSentEvent} value
   * @param {SendOptions} [options]
   */
  send(value, options) {
    const removes = this.#removes(value, options);
    if (this.#key) event.sendValue(this.#handle, value, this.#key, removes);
    else if (this.#isShared) event.sendShared(this.#handle, value);
    else event.sendToChannel(this.#id, value);
    return this;
  }

  /**
   * Sends an event, and resolves with its id once the backplane keeps it.
   * @param {ServerSentEvent} value
   * @param {SendOptions} [options]
   * @returns {Promise<{ id: string | undefined }>}
   */
  async publish(value, options) {
    const removes = this.#removes(value, options);
    if (this.#isShared) return event.publishShared(this.#handle, value, this.#key, removes);
    this.send(value, options);
    const minted = event.hasData(value) ? this.#handle.mintedId() : undefined;
    return { id: value.id ?? minted ?? undefined };
  }

  /**
   * Ends the channel, with an optional last event. Resolves with its id once a backplane keeps it.
   * @param {ServerSentEvent} [value]
   * @returns {Promise<{ id: string | undefined }>}
   */
  async end(value = END) {
    this.#assertOpen();
    if (this.#isLatest) {
      throw option.invalid("end() does not support a channel with `keep: 'latest'`: call close()");
    }
    if (this.#isShared) return event.endShared(this.#handle, value);
    event.end(this.#handle, value);
    this.#loops.holdProcess();
    this.#ended();
    const minted = event.hasData(value) ? this.#handle.mintedId() : undefined;
    return { id: value.id ?? minted ?? undefined };
  }

  /**
   * Registers the channel for the notice of its end, if `end` gets a listener.
   * @param {string | symbol} name
   * @param {(...args: any[]) => void} listener
   */
  on(name, listener) {
    this.#listenedTo(name);
    return super.on(name, listener);
  }

  /**
   * @param {string | symbol} name
   * @param {(...args: any[]) => void} listener
   */
  addListener(name, listener) {
    return this.on(name, listener);
  }

  /**
   * @param {string | symbol} name
   * @param {(...args: any[]) => void} listener
   */
  prependListener(name, listener) {
    this.#listenedTo(name);
    return super.prependListener(name, listener);
  }

  /** @param {string | symbol} name */
  #listenedTo(name) {
    if (name !== 'end' || this.#closed) return;
    this.#isEndAwaited = true;
    channels.set(this.#id, this.#listener);
  }

  /**
   * Whether an event removes the value of its key.
   * @param {ServerSentEvent} value
   * @param {SendOptions | undefined} options
   */
  #removes(value, options) {
    this.#assertOpen();
    if (options === undefined) return false;
    // Checked first: in send('name', data), the second argument is data, not options.
    event.assertEvent(value);
    const removes = readRemove(options);
    if (removes && !this.#isLatest) {
      throw option.invalid("`remove` requires a channel with `keep: 'latest'`");
    }
    return removes;
  }

  /** @param {string} frameText */
  write(frameText) {
    this.#assertOpen();
    if (this.#isLatest) {
      throw typeError(
        'ERR_SSE_KEY',
        "write() does not support `keep: 'latest'`, because frame text has no key: use send()",
      );
    }
    event.write(this.#handle, frameText);
    return this;
  }

  assertRoom() {
    this.#assertOpen();
    if (this.#isFull) throw full();
  }

  get #isFull() {
    // Without a limit, this saves a native call on each join.
    return this.#maxMembers !== Number.POSITIVE_INFINITY && this.count() >= this.#maxMembers;
  }

  count() {
    return this.#handle.count;
  }

  connections() {
    return connectionsOf(this.#handle.members());
  }

  /** @param {DrainOptions} [options] */
  drain(options) {
    this.#drained ??= this.#drain(readDrainOptions(options));
    return this.#drained;
  }

  /** @param {ReturnType<typeof readDrainOptions>} settings */
  #drain(settings) {
    const over = drainConnections(settings, this.#handle.members());
    this.#draining.begin(settings.retry);
    return over.then((result) => {
      guarded(() => this.close());
      return result;
    });
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    debug('channel %d closes', this.#id);
    // First, so that loops still receive the events that they missed.
    this.#loops.end();
    const left = connectionsOf(this.#handle.close());
    this.#present -= left.length;
    this.#forgetIfDone();
    runAll([
      ...left.map((connection) => () => this.emit('leave', connection)),
      () => this.emit('close'),
    ]);
  }

  #assertOpen() {
    if (this.#closed) {
      throw new SluiceError('ERR_SSE_CHANNEL_CLOSED', 'the channel is closed: create a new one');
    }
  }

  /** @param {Connection} connection */
  #left(connection) {
    this.#present -= 1;
    this.#forgetIfDone();
    runAll([
      () => this.emit('leave', connection),
      () => this.#present === 0 && !this.#closed && this.emit('empty'),
    ]);
  }

  /** Stops listening once all members have left, unless the channel may still expire or end. */
  #forgetIfDone() {
    const isTold = this.#expires || this.#isEndAwaited;
    if (this.#present === 0 && (this.#closed || !isTold)) channels.delete(this.#id);
  }

  #ended() {
    this.#isEndAwaited = false;
    this.#forgetIfDone();
    this.emit('end');
  }

  /**
   * Called when the channel has been empty for `emptyTimeout`. A connection added since keeps it
   * open.
   */
  #expired() {
    if (this.#handle.closeIfEmpty()) this.close();
  }
}

printable(Channel.prototype, 'Channel', (/** @type {Channel} */ channel) => ({
  members: channel.count(),
  closed: channel.closed,
  draining: channel.draining,
}));

module.exports = { Channel, historyOf };
