'use strict';

/**
 * An event stream is the last response on its socket: HTTP/1.x answers in order, so nothing behind
 * a stream could be answered before the stream ends (RFC 9112, section 9.6).
 */

/** @import { Socket } from 'node:net' */
/** @import { Request, Response } from './carrier.js' */

/**
 * A response that waits behind another one, and a function that runs code in the context of its
 * request.
 * @typedef {{ response: Response, inContext: (callback: () => void) => void }} Waiting
 */

const { AsyncLocalStorage } = require('node:async_hooks');
const diagnostics = require('node:diagnostics_channel');
const { ServerResponse } = require('node:http');

/** How many bytes a client may send after its last request; the core allows the same. */
const MAX_RECEIVED = 64 << 10;
/**
 * How many requests may wait behind a stream that opens. Node keeps them until the socket closes.
 */
const MAX_WAITING = 64;

/**
 * For each response, the next one in the queue of its socket.
 * @type {WeakMap<Response, Waiting>}
 */
const behind = new WeakMap();
/**
 * The response that waits at the end of each socket's queue.
 * @type {WeakMap<Socket, Response>}
 */
const tails = new WeakMap();
/**
 * Responses that were dropped because they waited behind a stream.
 * @type {WeakSet<Response>}
 */
const dropped = new WeakSet();

// The queue of a socket is private to Node. This channel reports a response before Node queues it.
diagnostics.subscribe('http.server.request.start', (message) => {
  const { socket, response } = /** @type {any} */ (message);
  const current = socket._httpMessage;
  if (!current) {
    tails.delete(socket);
    return;
  }
  const inContext = /** @type {Waiting['inContext']} */ (AsyncLocalStorage.snapshot());
  behind.set(tails.get(socket) ?? current, { response, inContext });
  tails.set(socket, response);
});

/**
 * Whether the stream will be the last response on its socket. HTTP/2 has a stream for each request,
 * and the response to HEAD ends immediately.
 * @param {Request} req
 * @param {Response} res
 */
function isLastResponse(req, res) {
  return res instanceof ServerResponse && req.method !== 'HEAD';
}

/**
 * Makes a response the last one on its socket: destroys those that wait behind it, and drops every
 * later request before Node emits it.
 * @param {Request} req
 * @param {Response} res
 * @param {() => void} onFlood called when the client keeps sending
 */
function makeLastResponse(req, res, onFlood) {
  if (!isLastResponse(req, res)) return;
  // Announces it in the head. Setting a header now would make Node keep all headers as objects.
  if (res.hasHeader('Connection')) res.setHeader('Connection', 'close');
  else res.shouldKeepAlive = false;
  if (dropAllBehind(res) > MAX_WAITING) onFlood();
  const { socket } = /** @type {{ socket: Socket & { parser?: any } }} */ (req);
  // An internal property in every release line of Node. Injected requests do not have it.
  if (!socket?.parser) return;
  tails.delete(socket);
  /** @type {number | undefined} */
  let start;
  const watch = () => {
    start ??= socket.bytesRead;
    if (socket.bytesRead - start > MAX_RECEIVED) onFlood();
  };
  /** @param {Request & { upgrade?: boolean }} later */
  socket.parser.onIncoming = (later) => {
    later.upgrade = false;
    // Reads and discards the body, so that the end of the connection is still detected.
    later.on('data', watch);
    watch();
    return 0;
  };
}

/**
 * Destroys the responses behind another one, and returns how many there were.
 * @param {Response} res
 */
function dropAllBehind(res) {
  let count = 0;
  let current = res;
  for (let next = behind.get(res); next; next = behind.get(current)) {
    // Dropped responses must not stay in memory as long as the stream.
    behind.delete(current);
    drop(next);
    current = next.response;
    count += 1;
  }
  return count;
}

/** @param {Waiting} waiting */
function drop({ response, inContext }) {
  if (response.destroyed) return;
  dropped.add(response);
  response.destroy();
  // An unread body would delay the `close` event of its request.
  response.req.resume();
  process.nextTick(inContext, () => close(response));
}

/**
 * Node does not emit `close` for a response that never had the socket.
 * @param {Response & { _closed?: boolean }} response
 */
function close(response) {
  if (response._closed) return;
  response._closed = true;
  response.emit('close');
}

/**
 * Whether a response was dropped because it waited behind a stream.
 * @param {Response} res
 */
const isDropped = (res) => dropped.has(res);

module.exports = { isDropped, isLastResponse, makeLastResponse };
