'use strict';

/** `adopt`: serves the Fetch `Response` of another framework on Node's `req` and `res`. */

/** @import { AdoptOptions } from '../../../../fetch.js' */
/** @import { Request, Response as NodeResponse } from '../../../carrier/carrier.js' */
/** @import { AdoptSettings } from './options.js' */

const { isOver } = require('../../../carrier/gone.js');
const { assertOpenable } = require('../../../carrier/head.js');
const { carrierOf } = require('../../../carrier/node-response.js');
const { Connection } = require('../../../connection/connection.js');
const { Link } = require('../../../connection/link.js');
const { typeError } = require('../../../core/error.js');
const { hasMethods, wrongArgument } = require('../../../core/option.js');
const { isResponse } = require('../is-response.js');
const { cancel } = require('./cancel.js');
const { headersOf, isEventStream, setReason } = require('./head.js');
const { readAdoptOptions } = require('./options.js');
const { pipe } = require('./pipe.js');
const { answer, isMistake, report } = require('./refusal.js');

/**
 * @param {Request} req
 * @param {NodeResponse} res
 * @param {Response} response
 * @param {AdoptOptions} [options]
 */
async function adopt(req, res, response, options) {
  let settings;
  try {
    settings = readAdoptOptions(options);
    return await serve(req, res, response, settings);
  } catch (error) {
    cancel(response?.body);
    if (isMistake(error)) throw error;
    // All errors of readAdoptOptions() are mistakes, so the settings are set here.
    answer(res, error);
    report(error, /** @type {AdoptSettings} */ (settings).onError);
    return undefined;
  }
}

/**
 * Rejects if the response cannot be served, and cancels its body.
 * @param {Request} req
 * @param {NodeResponse} res
 * @param {Response} response
 * @param {AdoptSettings} settings
 */
async function serve(req, res, response, settings) {
  assertResponse(response);
  try {
    assertOpenable(req, res);
    if (!isOver(req, res)) {
      if (isEventStream(response)) return open(req, res, response, settings);
      return await pipe(req, res, response);
    }
    cancel(response.body);
    return undefined;
  } catch (error) {
    cancel(response.body);
    // A client that has disconnected needs no answer.
    if (/** @type {any} */ (error).code === 'ERR_SSE_GONE') return undefined;
    throw error;
  }
}

/** @param {unknown} response */
function assertResponse(response) {
  const isServable =
    isResponse(response) && (!response.body || hasMethods(response.body, 'getReader'));
  if (!isServable) throw wrongArgument('adopt()', 'a Fetch Response', response);
  if (!response.bodyUsed && !response.body?.locked) return;
  throw typeError(
    'ERR_SSE_TYPE',
    'the body of the Response has been read: pass a Response that other code does not read',
  );
}

/**
 * @param {Request} req
 * @param {NodeResponse} res
 * @param {Response} response
 * @param {AdoptSettings} settings
 */
function open(req, res, response, settings) {
  const carrier = carrierOf(req, res);
  const { 'content-length': _, ...headers } = headersOf(response, res);
  const statusCode = settings.statusCode ?? response.status;
  const head = { statusCode, headers: { ...headers, ...settings.headers } };
  const link = new Link(carrier, { ...settings.connection(), head });
  const connection = new Connection(link);
  setReason(response, res);
  link.begin();
  if (carrier.headOnly) cancel(response.body);
  else read(connection, /** @type {ReadableStream} */ (response.body), settings);
  return connection;
}

/**
 * @param {Connection} connection
 * @param {ReadableStream} body
 * @param {AdoptSettings} settings
 */
async function read(connection, body, { invalidFrames, onError }) {
  try {
    await connection.stream(body, { frames: true, invalidFrames, end: true });
  } catch (error) {
    report(error, onError);
  }
}

module.exports = { adopt, serve };
