'use strict';

/** The carrier of a Node response. Over HTTP/1.x its socket may be handed over to the core. */

/** @import { OutgoingHttpHeaders } from 'node:http' */
/** @import { Carrier, CarrierListener, Request, Response, SocketTaker } from './carrier.js' */
/** @import { NodeSocket } from './node-socket.js' */
/** @import { Methods } from './redirect.js' */

const { Socket } = require('node:net');
const { readCursor } = require('./cursor.js');
const { isEncoded } = require('./encoding.js');
const { FrameAssembler } = require('./frame-assembler.js');
const { whenGone } = require('./gone.js');
const { hasClientLeft, isPeerDead } = require('./half-open.js');
const { HandOver } = require('./hand-over.js');
const { assertOpenable, streamHeaders } = require('./head.js');
const { isLastResponse, makeLastResponse } = require('./last-response.js');
const { obstacle } = require('./node-socket.js');
const { redirect } = require('./redirect.js');
const { unreferenced } = require('./unreferenced.js');

const noop = () => {};

/** @implements {Carrier} */
class NodeCarrier {
  /** @type {CarrierListener | undefined} */
  #listener;
  /**
   * The response's own methods, set when the head is written. Before that, the framework may still
   * use the response.
   * @type {Methods | undefined}
   */
  #own;
  #destroyed = false;
  /** @type {FrameAssembler | undefined} */
  #assembler;
  /** @type {HandOver | undefined} */
  #handOver;
  /** @type {(() => void) | undefined} */
  #onDrain;
  /**
   * The content coding of the core's bytes.
   * @type {string | undefined}
   */
  #coding;
  release = noop;

  /**
   * Throws unless a stream can begin on this response.
   * @param {Request} req
   * @param {Response} res
   */
  constructor(req, res) {
    assertOpenable(req, res);
    this.request = req;
    this.response = res;
    this.cursor = readCursor(req.headers['last-event-id']);
  }

  get headOnly() {
    return this.request.method === 'HEAD';
  }

  /** An injected request has no socket that would keep the process alive. */
  get needsProcess() {
    const { socket } = this.request;
    return !(socket instanceof Socket || unreferenced.has(socket));
  }

  /** @param {CarrierListener} listener */
  listen(listener) {
    const { request: req, response: res } = this;
    this.#listener = listener;
    this.release = whenGone(req, res, () => listener.onClose());
    makeLastResponse(req, res, () => listener.onFlood());
  }

  /**
   * @param {number} statusCode
   * @param {OutgoingHttpHeaders} headers
   * @param {string} [coding]
   */
  head(statusCode, headers, coding) {
    const { request: req, response: res } = this;
    this.#coding = coding;
    res.statusCode = statusCode;
    for (const [name, value] of streamHeaders(headers)) res.setHeader(name, value);
    res.removeHeader('Content-Length');
    if (isLastResponse(req, res)) res.setHeader('Connection', 'close');
    res.flushHeaders();
    this.#own = redirect(res, this);
  }

  get hasHead() {
    return this.#own !== undefined;
  }

  /** @param {Buffer} bytes */
  write(bytes) {
    const { response: res } = this;
    if (this.headOnly) return true;
    // Added once: compression moves the listener to its own stream, where `off()` does not find it.
    if (!this.#onDrain) {
      this.#onDrain = () => this.#listener?.onDrain();
      res.on('drain', this.#onDrain);
    }
    const hasRoom = this.#own?.write.call(res, bytes, 'utf8');
    // Compression middleware buffers events until they are flushed.
    if (typeof res.flush === 'function') res.flush();
    return hasRoom;
  }

  end() {
    this.#handOver?.stop();
    this.#own?.end.call(this.response, undefined, 'utf8');
  }

  /** @param {any} [error] */
  destroy(error) {
    const socket = this.#handOver?.stop();
    this.#own?.destroy.call(this.response, error);
    // If end() has failed, the response may have lost its socket.
    socket?.destroy(error);
  }

  /** @param {() => void} callback */
  whenWritten(callback) {
    const { response: res } = this;
    if (res.closed || res.destroyed || res.stream?.destroyed) callback();
    else res.once('close', callback);
  }

  cutOff() {
    const { request: req, response: res } = this;
    // The socket has no other response, and may still be writing this one when it is finished.
    if (isLastResponse(req, res)) req.socket.destroy();
    else if (!res.writableFinished) this.destroy();
  }

  closeReason() {
    if (this.isPeerDead()) return 'stall';
    if (!this.hasHead) return 'client';
    return this.#destroyed || !this.hasClientLeft() ? 'destroy' : 'client';
  }

  /** Whether the client has closed the response, if it was not destroyed here. */
  hasClientLeft() {
    return hasClientLeft(this.request.socket);
  }

  isPeerDead() {
    return isPeerDead(this.request.socket);
  }

  get isShared() {
    return false;
  }

  /** @returns {number | undefined} */
  descriptor() {
    return /** @type {NodeSocket | undefined} */ (this.request.socket)?._handle?.fd;
  }

  obstacle() {
    return obstacle(this.request, this.response);
  }

  /** @param {SocketTaker} taker */
  handOver(taker) {
    const coding = this.response.getHeader('Content-Encoding');
    if (coding !== this.#coding && isEncoded(coding)) return false;
    this.#handOver = new HandOver(this, taker);
    this.#handOver.advance();
    return true;
  }

  /**
   * Calls back when everything that was written before has left Node, or never will.
   * @param {() => void} callback
   */
  flush(callback) {
    this.#own?.write.call(this.response, '', 'latin1', callback);
  }

  /**
   * @param {string | Uint8Array} chunk
   * @param {BufferEncoding | undefined} encoding
   */
  otherWrite(chunk, encoding) {
    this.#assembler ??= new FrameAssembler();
    this.#assembler.push(chunk, encoding, (frames) => this.#listener?.onFrames(frames));
  }

  otherEnd() {
    this.#listener?.onEnd();
  }

  /** @param {Error} [error] */
  otherDestroy(error) {
    this.#destroyed = true;
    this.#own?.destroy.call(this.response, error);
  }
}

module.exports = { NodeCarrier };
