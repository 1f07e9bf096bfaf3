'use strict';

/** Detaches Node's socket in a hand-over, and finds obstacles to a hand-over. */

/** @import { ServerHttp2Stream } from 'node:http2' */
/** @import { Request, Response } from './carrier.js' */

/**
 * A socket with the internal properties of Node.js.
 * @typedef {net.Socket & {
 *   _handle: any,
 *   _httpMessage: unknown,
 *   _writeGeneric: unknown,
 *   parser?: any,
 *   encrypted?: boolean,
 * }} NodeSocket
 */

const http = require('node:http');
const net = require('node:net');
const { closesAll } = require('./close-all.js');
const { isEncoded } = require('./encoding.js');

const noop = () => {};
/** @type {(writev: boolean, data: unknown, encoding: string, callback: () => void) => void} */
const discard = (_writev, _data, _encoding, callback) => callback();
/** @type {(callback: () => void) => void} */
const finishAtOnce = (callback) => callback();
/** @this {NodeSocket} */
function ignoreTimeout() {
  return this;
}
/** The socket events through which Node feeds the parser, and the listeners that do so. */
const FED = ['data', 'end'];
const FEEDERS = new Set(['bound socketOnData', 'bound socketOnEnd']);
const isOtherRuntime = Boolean(process.versions.bun || process.versions.deno);

/**
 * Returns why the socket of a response cannot be handed over, or undefined if no obstacle is known
 * before the head is written.
 * @param {Request} req
 * @param {Response} res
 */
function obstacle(req, res) {
  const socket = /** @type {NodeSocket | null} */ (res.socket);
  if (process.platform === 'win32' || isOtherRuntime) return 'this platform does not support it';
  if (!(res instanceof http.ServerResponse) || !(socket instanceof net.Socket)) {
    return 'the response is not from a plain HTTP/1.x server';
  }
  if (socket.encrypted) return 'the socket is encrypted';
  if (!['TCP', 'Pipe'].includes(socket._handle?.constructor.name))
    return 'the socket has no handle';
  const writer = replacedWriter(socket);
  if (writer) return `\`socket.${writer}\` was replaced by ${describe(socket[writer])}`;
  if (socket._httpMessage !== res) return 'the response waits for another one on the same socket';
  if (res.write !== http.ServerResponse.prototype.write) {
    // As compression middleware does.
    const isCompression = typeof res.flush === 'function';
    const by = isCompression ? 'compression middleware' : describe(res.write);
    return `\`res.write\` was replaced by ${by}`;
  }
  if (isEncoded(res.getHeader('Content-Encoding'))) return 'the response has a content encoding';
  if (req.method === 'HEAD') return 'the response has no body';
  return undefined;
}

/**
 * Returns a write method of a socket that other code has replaced, for example to transform the
 * bytes: the core would bypass it. The methods are compared one by one because a loop over names
 * takes longer, and each connection checks.
 * @param {NodeSocket} socket
 */
function replacedWriter(socket) {
  const own = /** @type {NodeSocket} */ (net.Socket.prototype);
  if (socket.write !== own.write) return 'write';
  if (socket._write !== own._write) return '_write';
  if (socket._writev !== own._writev) return '_writev';
  if (socket._writeGeneric !== own._writeGeneric) return '_writeGeneric';
  return undefined;
}

/** How much of a function's source an error shows, in characters. */
const SHOWN = 80;

/**
 * Returns the start of a function's source, which helps to find its owner, or the name of a bound
 * function.
 * @param {any} replacement
 */
function describe(replacement) {
  const source = String(replacement).replace(/\s+/g, ' ');
  if (source.includes('[native code]')) {
    const name = replacement.name.replace(/^bound /, '');
    return name ? `a bound function \`${name}\`` : 'a bound function';
  }
  return `\`${source.length > SHOWN ? `${source.slice(0, SHOWN)}…` : source}\``;
}

/**
 * A response with the internal properties of Node.js.
 * @typedef {Response & { _header?: unknown, _headerSent?: boolean }} NodeResponse
 */

/** Finds the content encoding in a head. */
const ENCODING = /\r\ncontent-encoding: *([^\r]*)/i;
/** Replaces a head that the core has written. Node only checks whether there is one. */
const WRITTEN = 'HTTP/1.1 ';

/**
 * Returns the head of a response, if Node has created it but not written it.
 * @param {NodeResponse} res
 */
function unwrittenHead(res) {
  return res._headerSent === false && typeof res._header === 'string' ? res._header : undefined;
}

/**
 * Marks the head as written, because the core writes it.
 * @param {NodeResponse} res
 */
function forgetHead(res) {
  res._headerSent = true;
  res._header = WRITTEN;
}

/**
 * Whether the head that Node has created has a different content encoding than the core's bytes.
 * Other code may have added one last.
 * @param {NodeResponse} res
 * @param {string | undefined} coding that of the core's bytes
 */
function hasOtherCoding(res, coding) {
  const { _header: head } = res;
  const header = typeof head === 'string' ? ENCODING.exec(head)?.[1] : undefined;
  const named = header ?? res.getHeader('Content-Encoding');
  return named !== coding && isEncoded(named);
}

/**
 * Whether Node has written everything. Each release line of Node needs a different check.
 * @param {Response} res
 * @param {NodeSocket} socket
 */
function isIdle(res, socket) {
  return (
    res.writableLength === 0 &&
    res.writableCorked === 0 &&
    socket.writableLength === 0 &&
    socket.writableCorked === 0 &&
    socket._handle?.writeQueueSize === 0
  );
}

/**
 * Whether Node must still read a request body.
 * @param {Request} req
 */
function hasUnreadBody(req) {
  if (req.complete) return false;
  return (
    Number(req.headers['content-length']) > 0 || req.headers['transfer-encoding'] !== undefined
  );
}

/**
 * Discards the body if no other code reads it. Otherwise Node's request timeout would end the
 * stream.
 * @param {Request} req
 */
function consumeBody(req) {
  if (hasUnreadBody(req) && req.readableFlowing === null && req.listenerCount('readable') === 0) {
    req.resume();
  }
}

/**
 * The descriptor of the socket that an HTTP/2 stream shares with others.
 * @param {ServerHttp2Stream} stream
 * @returns {number | undefined}
 */
function sessionDescriptor({ session }) {
  // Accessing the socket of a destroyed session throws.
  if (!session || session.destroyed) return undefined;
  return /** @type {NodeSocket} */ (session.socket)._handle?.fd;
}

/**
 * Makes Node release a socket that the core has duplicated. The JavaScript socket remains and
 * discards writes, so that the response can end like any other. Never call this inside the HTTP
 * parser's callback.
 * @param {NodeSocket} socket
 */
function detach(socket) {
  const handle = socket._handle;
  if (!handle || socket.destroyed) return;
  // Reading `remoteAddress` makes the socket cache it. `localAddress` is not cached, and is lost
  // with the handle.
  void socket.remoteAddress;
  // Node no longer sees the traffic, so the core watches for idle connections.
  socket.setTimeout(0);
  socket.setTimeout = ignoreTimeout;
  // A listener for data makes the HTTP server give the handle back to the socket.
  socket.on('data', noop);
  socket.pause();
  socket.removeListener('data', noop);
  closeHandle(socket);
  socket._writeGeneric = discard;
  socket._final = finishAtOnce;
}

/**
 * Closes Node's descriptor of a socket that the core has duplicated.
 * @param {NodeSocket} socket
 */
function closeHandle(socket) {
  const { _handle: handle, parser } = socket;
  handle.onread = noop;
  if (parser) parser.onIncoming = noop;
  socket._handle = null;
  handle.close();
}

/**
 * Whether the parser of a socket can be freed.
 * @param {NodeSocket} socket
 */
const hasKnownParser = ({ parser }) =>
  !parser || (typeof parser.remove === 'function' && typeof parser.close === 'function');

/**
 * Frees the parser and the listeners that feed it, because no request can follow. The server closes
 * connections through their parsers; `closesAll()` makes it close this one too.
 * @param {NodeSocket & { server?: any }} socket
 */
function freeParser(socket) {
  const { parser, server } = socket;
  if (!parser || socket._handle || !hasKnownParser(socket)) return;
  if (!closesAll(server)) return;
  parser.remove();
  parser.socket = null;
  parser.incoming = null;
  parser.close();
  socket.parser = null;
  // Node replaces these methods while a socket has a parser.
  const own = /** @type {any} */ (net.Socket.prototype);
  socket.on = own.on;
  socket.addListener = own.addListener;
  socket.prependListener = own.prependListener;
  for (const name of FED) {
    for (const listener of socket.listeners(name)) {
      if (FEEDERS.has(listener.name)) socket.removeListener(name, listener);
    }
  }
}

module.exports = {
  closeHandle,
  consumeBody,
  detach,
  forgetHead,
  freeParser,
  hasKnownParser,
  hasOtherCoding,
  hasUnreadBody,
  isIdle,
  obstacle,
  replacedWriter,
  sessionDescriptor,
  unwrittenHead,
};
