'use strict';

/** The carrier of a Node response. Over HTTP/1.x its socket may be handed over to the core. */

/** @import { OutgoingHttpHeaders, Server } from 'node:http' */
/** @import { LeanRequest } from '../../index.js' */
/** @import { Carrier, CarrierListener, HeadFacts, Request, Response } from './carrier.js' */
/** @import { SocketTaker } from './carrier.js' */
/** @import { NodeSocket } from './node-socket.js' */
/** @import { Methods } from './redirect.js' */

const { Socket } = require('node:net');
const { readCursor } = require('./cursor.js');
const { directSocket, isDirect } = require('./direct.js');
const { FrameAssembler } = require('./frame-assembler.js');
const { whenGone } = require('./gone.js');
const { hasClientLeft, isPeerDead } = require('./half-open.js');
const { HandOver } = require('./hand-over.js');
const { assertOpenable, headHeaders } = require('./head.js');
const { isLastResponse, makeLastResponse } = require('./last-response.js');
const { detach, hasOtherCoding, obstacle } = require('./node-socket.js');
const { LeanCarrier } = require('./lean-carrier.js');
const { letGo } = require('./let-go.js');
const { kTarget, redirect } = require('./redirect.js');
const { unreferenced } = require('./unreferenced.js');

const noop = () => {};

/**
 * One listener for all responses, to save an object for each connection.
 * @this {any}
 */
function onClose() {
  this[kTarget].otherClose();
}

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
  /**
   * The socket to write to, if writes bypass the response.
   * @type {NodeSocket | undefined}
   */
  #socket;
  isDirect = false;
  #stopWatching = noop;
  /** Whether the core has the socket. */
  #isTaken = false;

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
    this.headOnly = req.method === 'HEAD';
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
    /** @type {any} */ (res)[kTarget] = this;
    res.on('close', onClose);
    // A response that waits behind another one on its socket does not emit `close`.
    if (res.socket === null) this.#stopWatching = whenGone(req, res, () => listener.onClose());
    makeLastResponse(req, res, () => listener.onFlood());
  }

  release() {
    this.response.off('close', onClose);
    this.#stopWatching();
  }

  otherClose() {
    this.#listener?.onClose();
  }

  /**
   * @param {number} statusCode
   * @param {OutgoingHttpHeaders} headers
   * @param {HeadFacts} facts
   */
  head(statusCode, headers, { coding, isHandedOver }) {
    const { request: req, response: res } = this;
    this.#coding = coding;
    res.removeHeader('Content-Length');
    const { statusCode: before } = res;
    // Reading it emits a warning on HTTP/2.
    const statusMessage = res.stream ? undefined : res.statusMessage;
    try {
      res.writeHead(statusCode, headHeaders(headers, isLastResponse(req, res)));
    } catch (error) {
      // The framework can still respond with the error.
      res.statusCode = before;
      if (!res.stream) res.statusMessage = /** @type {string} */ (statusMessage);
      throw error;
    }
    if (!isHandedOver) res.flushHeaders();
    this.#own = redirect(res);
    this.isDirect = isDirect(res, this.#own.write);
  }

  get hasHead() {
    return this.#own !== undefined;
  }

  begin() {
    const { request: req, response: res } = this;
    this.#socket = this.isDirect ? directSocket(req, res) : undefined;
    return this.#socket !== undefined && res.chunkedEncoding;
  }

  /** @param {Buffer} bytes */
  write(bytes) {
    const { response: res } = this;
    if (this.headOnly) return true;
    this.listenForDrain();
    // Other code may have kept and called the original `res.end`. The response then closes soon.
    if (this.#socket) return !res.writableEnded && this.#socket.write(bytes);
    const hasRoom = this.#own?.write.call(res, bytes, 'utf8');
    // Compression middleware buffers events until they are flushed.
    if (typeof res.flush === 'function') res.flush();
    return hasRoom;
  }

  /**
   * Done once: compression moves the listener to its own stream, where `off()` does not find it.
   */
  listenForDrain() {
    if (this.#onDrain) return;
    this.#onDrain = () => this.#listener?.onDrain();
    (this.#socket ?? this.response).on('drain', this.#onDrain);
  }

  end() {
    this.#stopHandOver();
    this.#own?.end.call(this.response, undefined, 'utf8');
  }

  /** @param {any} [error] */
  destroy(error) {
    this.#stopHandOver();
    this.#own?.destroy.call(this.response, error);
    // If end() has failed, the response may have lost its socket.
    if (this.#isTaken) this.request.socket.destroy(error);
  }

  /** Called when the connection is closed. */
  #stopHandOver() {
    this.#handOver?.stop();
    if (this.#isTaken) detach(/** @type {NodeSocket} */ (this.request.socket));
  }

  /** @param {() => void} callback */
  whenWritten(callback) {
    const { response: res } = this;
    if (res.closed || res.destroyed || res.stream?.destroyed) callback();
    else res.once('close', callback);
  }

  cutOff() {
    const { request: req, response: res } = this;
    // The socket has no other response, and may still be writing this one after it has finished.
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

  /**
   * Whether the server accepted the socket, and only the core still has it.
   * @param {Server} server
   */
  isOf(server) {
    const { socket } = /** @type {{ socket: any }} */ (this.request);
    return this.#isTaken && socket.server === server && !socket.parser;
  }

  disconnect() {
    this.request.socket.destroy();
  }

  /**
   * Releases the request and the response, unless other code listens to them.
   * @param {LeanRequest} request the part of the request to keep
   */
  letGo(request) {
    const { request: req, response: res } = this;
    res.off('close', onClose);
    const server = letGo(req, res);
    if (server === undefined) {
      res.on('close', onClose);
      return undefined;
    }
    return new LeanCarrier(request, this.cursor, server);
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
    if (hasOtherCoding(this.response, this.#coding)) {
      this.response.flushHeaders();
      return false;
    }
    this.#handOver = new HandOver(this, taker);
    this.#handOver.advance();
    return true;
  }

  /** Called when the core has received the socket of the hand-over. */
  handedOver() {
    this.#handOver = undefined;
    this.#isTaken = true;
  }

  /**
   * Calls back when all earlier writes have left Node, or never will.
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
