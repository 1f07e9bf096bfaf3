'use strict';

/** Sends a Fetch `Response` that is not an event stream, unchanged. */

/** @import { Request, Response as NodeResponse } from '../../../carrier/carrier.js' */

const { constants } = require('node:http2');
const { whenGone } = require('../../../carrier/gone.js');
const { cancel } = require('./cancel.js');
const { headersOf, setReason } = require('./head.js');

/** Statuses of responses that have no body. */
const BODILESS = [204, 205, 304];

const noop = () => {};

/**
 * Resolves when the body has ended or the client has disconnected. If the body fails, cuts the
 * client off and rejects.
 * @param {Request} req
 * @param {NodeResponse} res
 * @param {Response} response
 */
async function pipe(req, res, response) {
  res.statusCode = response.status;
  setReason(response, res);
  for (const [name, value] of Object.entries(headersOf(response, res))) res.setHeader(name, value);
  if (req.method === 'HEAD' || !response.body || BODILESS.includes(response.status)) {
    cancel(response.body);
    res.end();
    return;
  }
  // A body of unknown length may be slow, so the head is sent at once.
  if (!res.hasHeader('content-length')) flushHead(res);
  await pump(response.body, req, res);
}

/**
 * Headers are latin1. Over HTTP/1.x, `flushHeaders()` would write them as UTF-8.
 * @param {NodeResponse} res
 */
function flushHead(res) {
  if (res.stream) res.flushHeaders();
  else res.write('', 'latin1');
}

/**
 * @param {ReadableStream<Uint8Array>} body
 * @param {Request} req
 * @param {NodeResponse} res
 */
async function pump(body, req, res) {
  const reader = body.getReader();
  let isGone = false;
  let wake = noop;
  const stopFollowing = whenGone(req, res, () => {
    isGone = true;
    wake();
    // Ends a pending read.
    reader.cancel().catch(noop);
  });
  const resume = () => wake();
  res.on('drain', resume);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isGone) return;
      if (done) break;
      const hasRoom = res.write(value);
      // Compression middleware buffers until `flush()` is called.
      if (typeof res.flush === 'function') res.flush();
      if (hasRoom) continue;
      await new Promise((resolve) => {
        wake = () => resolve(undefined);
      });
      if (isGone) return;
    }
    res.end();
  } catch (error) {
    if (isGone) return;
    reader.cancel().catch(noop);
    cutOff(res);
    throw error;
  } finally {
    stopFollowing();
    res.off('drain', resume);
  }
}

/**
 * Lets the client detect that the body is incomplete.
 * @param {NodeResponse} res
 */
function cutOff(res) {
  // A destroyed stream would look like a complete one.
  if (res.stream) res.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else res.destroy();
}

module.exports = { pipe };
