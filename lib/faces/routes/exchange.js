'use strict';

/** A request and its answer, as each framework implements them, and how requests are refused. */

/** @import { IncomingHttpHeaders } from 'node:http' */
/** @import { ConnectionOptions, SluiceErrorCode } from '../../../index.js' */
/** @import { Request, Response } from '../../carrier/carrier.js' */
/** @import { PingForm } from '../../connection/connection-options.js' */
/** @import { Connection } from '../../connection/connection.js' */

/**
 * @typedef {object} Exchange
 * @property {any} request the framework's request, which the hooks get
 * @property {Request} req the request of Node.js
 * @property {Response} res the response of Node.js
 * @property {IncomingHttpHeaders} headers which hooks of the application may have replaced
 * @property {() => unknown} body a stream, or the result of a parser
 * @property {(name: string) => number | string | string[] | undefined} getHeader
 * @property {(name: string, value: string) => void} setHeader
 * @property {(status: number, body?: string) => void} send
 * @property {(options: ConnectionOptions, pingForm: PingForm, prepare: Prepare) => void} open
 *   answers with a stream, unless `prepare` throws
 * @property {(error: unknown, what: string) => void} log
 */
/** @typedef {(connection: Connection) => void} Prepare */
/** @typedef {{ status: number, body?: object }} Answer */
/**
 * Resolves with undefined when there is nothing left to answer.
 * @typedef {(exchange: Exchange) => Promise<Answer | undefined>} Handler
 */

const { isOver } = require('../../carrier/gone.js');
const { debug } = require('../../core/diagnostics.js');
const { SluiceError } = require('../../core/error.js');

/** A request that is answered with an error. The message is for the client. */
class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} code
   * @param {string} message
   */
  constructor(status, code, message) {
    super(message);
    this.name = 'Refusal';
    debug('refused with %d: %s', status, code);
    this.status = status;
    this.code = code;
  }
}

/** Says which topics are denied, so that the client can subscribe to the others. */
class Denial extends Refusal {
  /** @param {string[]} topics */
  constructor(topics) {
    super(403, 'ERR_SSE_TOPIC_DENIED', 'a topic is not allowed: none was subscribed');
    this.topics = topics;
  }
}

/**
 * Whether the client has left, or other code has answered.
 * @param {Exchange} exchange
 */
const isSettled = ({ req, res }) => isOver(req, res);

/**
 * Whether a hook of the application allows something: it must return exactly `true`. The client
 * never learns why it is refused.
 * @param {Exchange} exchange
 * @param {string} name
 * @param {(request: any) => boolean | Promise<boolean>} hook
 */
async function allows(exchange, name, hook) {
  try {
    return (await hook(exchange.request)) === true;
  } catch (error) {
    exchange.log(error, `${name} failed, so the request is refused`);
    return false;
  }
}

/**
 * The framework's error when a hook of the application has failed. The client learns of an error
 * with a 4xx status; any other is for the framework's error handler alone.
 * @param {any} error
 * @param {SluiceErrorCode} code
 * @param {string} message
 */
function failure(error, code, message) {
  const status = error?.status ?? error?.statusCode;
  if (status >= 400 && status < 500) return error;
  return new SluiceError(code, message, { cause: error });
}

module.exports = { Denial, Refusal, allows, failure, isSettled };
