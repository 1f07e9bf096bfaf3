'use strict';

/** @import { IncomingMessage, ServerResponse } from 'node:http' */
/** @import { ServerHttp2Stream } from 'node:http2' */
/** @import { CloseReason, ConnectionOptions, ServerSentEvent, StreamOptions } from '../index.js' */
/** @import { PingForm } from './connection-options.js' */

/** HTTP/2's compatibility API has the same members, and compression adds one. */
/** @typedef {IncomingMessage} Request */
/** @typedef {ServerResponse & { stream?: ServerHttp2Stream, flush?: () => void }} Response */

const { AsyncResource } = require('node:async_hooks');
const { randomUUID } = require('node:crypto');
const { EventEmitter } = require('node:events');
const { defaults, kPingForm, readConnectionOptions } = require('./connection-options.js');
const { lastEventId } = require('./cursor.js');
const { SluiceError, typeError } = require('./error.js');
const event = require('./event.js');
const { assertOpenable, whenGone, writeHead } = require('./head.js');
const { connections, holdProcess, kClosed, kDrained, kTimedOut, kWrite, releaseProcess, start } =
  require('./hub.js');
const { guarded } = require('./listeners.js');
const option = require('./option.js');
const { OwnResponse } = require('./response.js');
const { Outlet } = require('./source/outlet.js');
const { stream } = require('./source/stream.js');
const { obstacle } = require('./transport/hand-over.js');
const { isLastResponse, makeLastResponse } = require('./transport/last-response.js');
const { NativeTransport } = require('./transport/native.js');
const { StreamTransport } = require('./transport/stream.js');

const kHandle = Symbol('handle');
/** Whether the server has ended the connection; it may still have something to send. */
const kEnded = Symbol('ended');
/** Whether the connection is closed, or bound to be: the server has ended it, or its response is closed. Also the event of it. */
const kOver = Symbol('over');
/**
 * An option for adapters whose framework must have its say before the head is written: a function that gets another one, and
 * calls it when the head can be. What is sent meanwhile waits.
 */
const kBegin = Symbol('begin');
/** What waits for the client before a streamed source has to wait too: at most that, and half of what the queue may hold. */
const HIGH_WATER_MARK = 64 << 10;

/**
 * Whether the core is to write the socket.
 * @param {Request} req
 * @param {Response} res
 * @param {'auto' | 'native' | 'stream'} transport
 */
function isNative(req, res, transport) {
  const reason = obstacle(req, res);
  if (reason && transport === 'native') {
    throw new SluiceError(
      'ERR_SSE_TRANSPORT',
      `the socket cannot be handed over (${reason}): use transport: 'auto'`,
    );
  }
  return !reason && transport !== 'stream';
}

class Connection extends EventEmitter {
  static default = defaults;

  /** @type {NativeTransport | StreamTransport | undefined} */
  #transport;
  /**
   * The transport that it will have, as long as it has none.
   * @type {'native' | 'stream'}
   */
  #expected;
  #context = new AsyncResource('SluiceConnection');
  #ended = false;
  #over = false;
  #holds = false;
  #closed = false;
  #highWaterMark;
  /** Stops listening for the end of the response. */
  #stopWaiting;
  /** @type {Outlet | undefined} */
  #outlet;
  /** @type {Promise<this> | undefined} */
  #whenClosed;
  /** @type {(() => void) | undefined} */
  #resolveClosed;

  /**
   * @param {Request} req
   * @param {Response} res
   * @param {ConnectionOptions & { [kBegin]?: (begin: () => void) => void, [kPingForm]?: PingForm }} [options]
   */
  constructor(req, res, options) {
    super();
    const { transport, head, core } = readConnectionOptions(options);
    assertOpenable(req, res);
    const native = isNative(req, res, transport);
    this.#expected = native ? 'native' : 'stream';
    this.request = req;
    this.response = res;
    this.id = randomUUID();
    this.timestamp = Date.now();
    this.lastEventId = lastEventId(req);
    this.#highWaterMark = Math.min(HIGH_WATER_MARK, core.maxQueueBytes / 2);
    // Nothing has been written yet: if this throws, the framework can still answer.
    this[kHandle] = start().open(core);
    connections.set(this[kHandle].id, this);
    this.#stopWaiting = whenGone(req, res, () => this.#onGone());
    makeLastResponse(req, res, () => this[kHandle].close('flood'));
    // HEAD gets the head alone; what the handler sends is dropped.
    if (req.method === 'HEAD') this[kHandle].close('end');
    const begin = options?.[kBegin];
    if (begin) begin(() => this.#begin(head, () => isNative(req, res, transport)));
    else this.#begin(head, () => native);
  }

  /**
   * Writes the head and gives the connection its transport.
   * @param {ReturnType<readConnectionOptions>['head']} head
   * @param {() => boolean} isNative
   */
  #begin(head, isNative) {
    try {
      const native = isNative();
      writeHead(this.response, head, isLastResponse(this.request, this.response));
      this.#attach(native);
    } catch (error) {
      this[kHandle].close('destroy');
      throw error;
    }
  }

  /** @param {boolean} native */
  #attach(native) {
    const { request: req, response: res } = this;
    const own = new OwnResponse(res, this);
    const stream = () => {
      this.#transport = new StreamTransport(req, res, own, this[kHandle]);
    };
    if (!native || res.hasHeader('Content-Encoding')) return stream();
    const transport = new NativeTransport(req, res, own, this[kHandle], stream);
    this.#transport = transport;
    transport.handOver();
  }

  get lastEventID() {
    return this.lastEventId;
  }

  get transport() {
    return this.#transport?.name ?? this.#expected;
  }

  get queuedBytes() {
    return this[kHandle].queuedBytes;
  }

  get closed() {
    return this.#closed;
  }

  get [kEnded]() {
    return this.#ended;
  }

  get [kOver]() {
    return this.#over;
  }

  /** @param {ServerSentEvent} value */
  send(value) {
    this.#assertNotEnded();
    event.send(this[kHandle], value);
    return this;
  }

  /** @param {string} frameText */
  write(frameText) {
    this.#assertNotEnded();
    event.write(this[kHandle], frameText);
    return this;
  }

  /** @param {string} text */
  comment(text) {
    if (typeof text !== 'string') {
      throw typeError('ERR_SSE_TYPE', `comment() takes a string, not a ${typeof text}`);
    }
    return this.send({ comment: text });
  }

  /**
   * @param {unknown} source
   * @param {StreamOptions<string>} [options]
   */
  stream(source, options) {
    this.#outlet ??= new Outlet(this, this.#highWaterMark);
    return stream(this, this.#outlet, source, options, () => this.#assertNotEnded());
  }

  /** @param {number} interval */
  setPing(interval) {
    this[kHandle].setPing(option.time('interval', interval ?? null, 0));
    return this;
  }

  /** @param {number} timeout */
  setTimeout(timeout) {
    this[kHandle].setTimeout(option.time('timeout', timeout ?? null, 0));
    return this;
  }

  end() {
    if (!this.#ended) {
      this.#ended = true;
      this.#beOver();
      this[kHandle].close('end');
    }
    this.#whenClosed ??= new Promise((resolve) => {
      if (this.#closed) resolve(this);
      else this.#resolveClosed = () => resolve(this);
    });
    return this.#whenClosed;
  }

  /**
   * @param {string | symbol} name
   * @param {(...args: any[]) => void} listener
   */
  on(name, listener) {
    super.on(name, listener);
    return this.#listenedTo(name);
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
    super.prependListener(name, listener);
    return this.#listenedTo(name);
  }

  /**
   * With a listener for it, a timeout is the listener's business, even if JavaScript is blocked when it passes.
   * @param {string | symbol} name
   */
  #listenedTo(name) {
    if (name === 'timeout') this[kHandle]?.holdTimeout(true);
    return this;
  }

  #onGone() {
    this.#beOver();
    // The core is about to report the close, and the application may wait for that alone.
    if (!this.#closed && !this.#holds) {
      this.#holds = true;
      holdProcess();
    }
    this[kHandle].close(this.#transport?.reason() ?? 'client');
  }

  #beOver() {
    if (this.#over) return;
    this.#over = true;
    this.emit(kOver);
  }

  #assertNotEnded() {
    if (this.#ended) {
      throw new SluiceError('ERR_SSE_CLOSED', 'the connection was ended: send before end()');
    }
  }

  /**
   * @param {string} name
   * @param {unknown[]} details
   */
  #emit(name, ...details) {
    this.#context.runInAsyncScope(this.emit, this, name, ...details);
  }

  /**
   * True when the response is ready for more.
   * @param {Buffer} bytes
   */
  [kWrite](bytes) {
    return this.#context.runInAsyncScope(this.#write, this, bytes);
  }

  [kDrained]() {
    this.#emit('drain');
  }

  [kTimedOut]() {
    if (this.listenerCount('timeout') > 0) this.#emit('timeout');
    else this[kHandle].close('timeout');
  }

  /** @param {CloseReason} reason */
  [kClosed](reason) {
    this.#context.runInAsyncScope(this.#close, this, reason);
  }

  /** @param {Buffer} bytes */
  #write(bytes) {
    try {
      return this.#transport instanceof StreamTransport && this.#transport.write(bytes);
    } catch (error) {
      // Other code wraps `res.write` and has failed, so the stream is incomplete.
      this[kHandle].close('error');
      throw error;
    }
  }

  /** @param {CloseReason} reason */
  #close(reason) {
    this.#closed = true;
    this.#stopWaiting();
    this.#beOver();
    if (this.#holds) releaseProcess();
    // Other code may wrap `res.end`. If it throws, the connection is closed all the same.
    guarded(() => this.#transport?.close(reason === 'end' || reason === 'timeout'));
    this.#resolveClosed?.();
    this.emit('close', reason);
  }
}

module.exports = { Connection, kBegin, kEnded, kHandle, kOver, kPingForm };
