'use strict';

/** @import { ChannelOptions, ServerSentEvent } from '../index.js' */

const { EventEmitter } = require('node:events');
const { readChannelOptions } = require('./channel-options.js');
const { Connection, kHandle } = require('./connection.js');
const { gapOf } = require('./cursor.js');
const { SluiceError, fromCore, typeError } = require('./error.js');
const event = require('./event.js');
const { channels, connections, kExpired, kLeft, start } = require('./hub.js');
const { runAll } = require('./listeners.js');
const option = require('./option.js');

/** @type {(value: unknown) => asserts value is Connection} */
function assertConnection(value) {
  if (!(value instanceof Connection)) {
    throw typeError(
      'ERR_SSE_TYPE',
      'a channel takes a Connection: create one with new Connection(req, res)',
    );
  }
}

class Channel extends EventEmitter {
  #handle;
  #closed = false;
  #expires;
  /** Those of whom `join` has told, but not `leave`: the core is ahead of its notices. */
  #present = 0;
  /**
   * Who came with a cursor and has got what it missed.
   * @type {WeakSet<Connection> | undefined}
   */
  #resumed;

  /** @param {ChannelOptions} [options] */
  constructor(options) {
    super();
    const core = readChannelOptions(option.object('options', options));
    this.#handle = start().channel(core);
    this.#expires = core.emptyTimeout > 0;
    if (this.#expires) channels.set(this.#handle.id, this);
  }

  get closed() {
    return this.#closed;
  }

  /** @param {Connection} connection */
  add(connection) {
    assertConnection(connection);
    this.#assertOpen();
    const cursor = this.#resumed?.has(connection) ? undefined : connection.lastEventId;
    let addition;
    try {
      addition = this.#handle.add(connection[kHandle], cursor);
    } catch (error) {
      throw fromCore(error);
    }
    if (addition === 'unchanged') return this;
    channels.set(this.#handle.id, this);
    this.#present += 1;
    if (cursor !== undefined) {
      this.#resumed ??= new WeakSet();
      this.#resumed.add(connection);
    }
    this.emit('join', connection);
    if (addition === 'gap') connection.emit('gap', gapOf({ channel: this }, cursor));
    return this;
  }

  /** @param {Connection} connection */
  remove(connection) {
    assertConnection(connection);
    if (!this.#handle.remove(connection[kHandle])) return false;
    this[kLeft](connection);
    return true;
  }

  /** @param {ServerSentEvent} value */
  send(value) {
    this.#assertOpen();
    event.send(this.#handle, value);
    return this;
  }

  /** @param {string} frameText */
  write(frameText) {
    this.#assertOpen();
    event.write(this.#handle, frameText);
    return this;
  }

  count() {
    return this.#handle.count;
  }

  connections() {
    // One that the core has closed, and that JavaScript is about to be told of, is no member any more.
    return this.#handle
      .members()
      .map((id) => connections.get(id))
      .filter((connection) => connection !== undefined);
  }

  close() {
    if (this.#closed) return;
    this.#closed = true;
    const members = this.#handle.close().map((id) => connections.get(id));
    const left = members.filter((connection) => connection !== undefined);
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
  [kLeft](connection) {
    this.#present -= 1;
    this.#forgetIfDone();
    runAll([
      () => this.emit('leave', connection),
      () => this.#present === 0 && !this.#closed && this.emit('empty'),
    ]);
  }

  /** Nobody is left to hear of, unless it is how the channel ends. */
  #forgetIfDone() {
    if (this.#present === 0 && (this.#closed || !this.#expires)) channels.delete(this.#handle.id);
  }

  /** The core found the channel empty for long enough. Who was added since keeps it open. */
  [kExpired]() {
    if (this.#handle.closeIfEmpty()) this.close();
  }
}

module.exports = { Channel };
