'use strict';

/** `toNode`: turns a handler that returns a Fetch `Response` into a Node handler. */

/** @import { AdoptOptions } from '../../../../fetch.js' */
/** @import * as carrier from '../../../carrier/carrier.js' */
/** @import { AdoptSettings } from './options.js' */
/** @typedef {carrier.Request} NodeRequest */
/** @typedef {carrier.Response} NodeResponse */
/**
 * @typedef {(request: Request, environment: object) => Response | Promise<Response>} FetchHandler
 */
/** @typedef {(error: unknown) => void} Next */

const { isOver, whenGone } = require('../../../carrier/gone.js');
const { assertOpenable } = require('../../../carrier/head.js');
const { carrierOf } = require('../../../carrier/node-response.js');
const { wrongArgument } = require('../../../core/option.js');
const { isResponse } = require('../is-response.js');
const { serve } = require('./adopt.js');
const { cancel } = require('./cancel.js');
const { LOOKS, openers } = require('../opener.js');
const { headersOf, isEventStream } = require('./head.js');
const { readAdoptOptions } = require('./options.js');
const { answer, report } = require('./refusal.js');
const { requestOf } = require('./request.js');

/**
 * @param {FetchHandler} handler
 * @param {AdoptOptions} [options]
 */
function toNode(handler, options) {
  if (typeof handler !== 'function') {
    throw wrongArgument('toNode()', 'a function that returns a Response', handler);
  }
  const settings = readAdoptOptions(options);

  /** @type {(req: NodeRequest, res: NodeResponse, next?: Next) => Promise<unknown>} */
  return async function fetchHandler(req, res, next) {
    const leaving = new AbortController();
    follow(req, res, leaving);
    // A client that has disconnected needs no answer.
    if (leaving.signal.aborted) return undefined;
    try {
      return await handle(handler, req, res, leaving.signal, settings);
    } catch (error) {
      // Most handlers fail when their client disconnects.
      if (isAbort(error, leaving.signal)) return undefined;
      if (next && !res.headersSent) next(error || new Error(`the handler failed with ${error}`));
      else fail(res, error, settings);
      return undefined;
    }
  };
}

/**
 * @param {FetchHandler} handler
 * @param {NodeRequest} req
 * @param {NodeResponse} res
 * @param {AbortSignal} signal
 * @param {AdoptSettings} settings
 */
async function handle(handler, req, res, signal, settings) {
  const request = requestOf(req, signal);
  const response = await handler(request, { incoming: req, outgoing: res, [LOOKS]: true });
  if (!isResponse(response)) {
    throw wrongArgument('toNode()', 'a handler that returns a Response', response);
  }
  const open = openers.get(response);
  if (open) {
    cancel(request.body);
    return openItself(open, req, res, response);
  }
  // The socket cannot be handed over before the whole request has arrived.
  if (isEventStream(response)) cancel(request.body);
  return serve(req, res, response, settings);
}

/**
 * @param {import('../opener.js').Open} open
 * @param {NodeRequest} req
 * @param {NodeResponse} res
 * @param {Response} response
 */
function openItself(open, req, res, response) {
  if (isOver(req, res)) return undefined;
  assertOpenable(req, res);
  return open(carrierOf(req, res), headersOf(response, res));
}

/**
 * Aborts if the client disconnects before it has the whole response.
 * @param {NodeRequest} req
 * @param {NodeResponse} res
 * @param {AbortController} leaving
 */
function follow(req, res, leaving) {
  if (isOver(req, res)) {
    if (!res.headersSent) leaving.abort();
    return;
  }
  whenGone(req, res, () => {
    const { stream } = res;
    const isWhole = stream ? !stream.aborted && !stream.rstCode : res.writableFinished;
    if (!isWhole) leaving.abort();
  });
}

/**
 * @param {any} error
 * @param {AbortSignal} signal
 */
const isAbort = (error, signal) =>
  signal.aborted && (error === signal.reason || error?.name === 'AbortError');

/**
 * @param {NodeResponse} res
 * @param {unknown} error
 * @param {AdoptSettings} settings
 */
function fail(res, error, { onError }) {
  answer(res, error);
  report(error, onError);
}

module.exports = { toNode };
