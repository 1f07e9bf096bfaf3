'use strict';

/** The body of a Node request as a `ReadableStream` with back-pressure. */

/** @import { Request } from '../../../carrier/carrier.js' */
/** @import { ReadableStreamDefaultController } from 'node:stream/web' */

const { SluiceError } = require('../../../core/error.js');

const noop = () => {};

/**
 * Whether the request has a body.
 * @param {Request} req
 */
function hasBody(req) {
  if (req.method === 'GET' || req.method === 'HEAD') return false;
  const { stream } = /** @type {{ stream?: { endAfterHeaders?: boolean } }} */ (
    /** @type {unknown} */ (req)
  );
  if (stream) return !stream.endAfterHeaders;
  const { 'content-length': length, 'transfer-encoding': encoding } = req.headers;
  return Number(length) > 0 || encoding !== undefined;
}

/**
 * Reads nothing until the first pull, so Node.js handles a body that is never read. Cancelling
 * discards the rest: destroying the request would cut the client off.
 * @param {Request} req
 */
function streamOf(req) {
  /** @type {ReadableStreamDefaultController<Uint8Array>} */
  let controller;
  /** @param {Buffer} chunk */
  const onData = (chunk) => {
    controller.enqueue(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    if (Number(controller.desiredSize) <= 0) req.pause();
  };
  const onEnd = () => {
    stop();
    controller.close();
  };
  const onClose = () => {
    stop();
    const message = 'the client disconnected before it had sent the whole request body';
    controller.error(new SluiceError('ERR_SSE_GONE', message));
  };
  const stop = () => {
    req.off('data', onData).off('end', onEnd).off('close', onClose);
  };
  let isReading = false;
  return new ReadableStream(
    {
      start(given) {
        controller = given;
        // The `close` event that follows reports the disconnect.
        req.on('error', noop);
      },
      pull() {
        if (!isReading) {
          isReading = true;
          if (req.destroyed && !req.readableEnded) return onClose();
          if (req.readableEnded) return onEnd();
          req.on('data', onData).on('end', onEnd).on('close', onClose);
        }
        req.resume();
      },
      cancel() {
        stop();
        req.resume();
      },
    },
    { highWaterMark: 0 },
  );
}

/**
 * Restores a body that other code, such as a body parser, has read.
 * @param {Request & { body?: unknown }} req
 */
function parsedBody({ body, headers }) {
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (body !== undefined && /[/+]json\b/i.test(headers['content-type'] ?? '')) {
    return JSON.stringify(body);
  }
  throw new SluiceError(
    'ERR_SSE_TYPE',
    'the body of the request has been read: put toNode() before body parsers',
  );
}

/**
 * @param {Request} req
 * @returns {ReadableStream | string | Uint8Array | undefined}
 */
function bodyOf(req) {
  if (!hasBody(req)) return undefined;
  return req.readableDidRead ? parsedBody(req) : streamOf(req);
}

module.exports = { bodyOf };
