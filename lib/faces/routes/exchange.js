'use strict';

/** The common interface of the frameworks' requests and responses, and the refusal of requests. */

/** @import { IncomingHttpHeaders } from 'node:http' */
/** @import { ConnectionOptions, SluiceErrorCode } from '../../../index.js' */
/** @import { Request, Response } from '../../carrier/carrier.js' */
/** @import { PingForm } from '../../connection/connection-options.js' */
/** @import { Connection } from '../../connection/connection.js' */

/**
 * @typedef {object} Exchange
 * @property {any} request the framework's request, which the hooks get
 * @property {Request} req the Node.js request
 * @property {Response} res the Node.js response
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
 * Resolves with undefined if the request needs no further answer.
 * @typedef {(exchange: Exchange) => Promise<Answer | undefined>} Handler
 */

const { isOver } = require('../../carrier/gone.js');
const { debug } = require('../../core/diagnostics.js');
const { SluiceError } = require('../../core/error.js');

/** Answers a request with an error. The message is for the client. */
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

/** Lists the denied topics, so that the client can subscribe to the others. */
class Denial extends Refusal {
  /** @param {string[]} topics */
  constructor(topics) {
    super(403, 'ERR_SSE_TOPIC_DENIED', 'a topic is not allowed: none was subscribed');
    this.topics = topics;
  }
}

/**
 * Whether the client has disconnected, or other code has answered.
 * @param {Exchange} exchange
 */
const isSettled = ({ req, res }) => isOver(req, res);

/**
 * Whether a hook of the application allows the request: the hook must return exactly `true`. The
 * client never sees the reason of a refusal.
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
 * The error for the framework when a hook of the application has failed. The client sees only
 * errors with a 4xx status. Other errors are for the framework's error handler.
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
