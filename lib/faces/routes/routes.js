'use strict';

/** @import { IncomingHttpHeaders } from 'node:http' */
/** @import { ConnectionOptions } from '../../../index.js' */
/** @import { SSEBroker } from '../../broker/broker.js' */
/** @import { Connection } from '../../connection/connection.js' */
/** @import { SetupOptions } from './options.js' */

/**
 * A request and its answer, in the framework's hands.
 * @typedef {object} Exchange
 * @property {any} request what the hooks get
 * @property {string} method
 * @property {IncomingHttpHeaders} headers
 * @property {unknown} body a stream, or what a parser has made of it
 * @property {boolean} over whether the client has left, or has got its answer from somebody else
 * @property {(name: string) => number | string | string[] | undefined} getHeader
 * @property {(name: string, value: string) => void} setHeader
 * @property {(options: ConnectionOptions, prepare: (connection: Connection) => void) => Connection} open
 *   answers with a stream, unless `prepare` throws
 * @property {(error: unknown, what: string) => void} log
 */

/** @typedef {{ status: number, body?: object }} Answer without a body when there is nothing to say */
/** @typedef {(exchange: Exchange) => Promise<Answer | undefined>} Handler undefined when nothing is left to answer */

const { connecting } = require('./connect.js');
const { Refusal } = require('./refusal.js');
const { statistics } = require('./stats.js');
const { subscribing, unsubscribing } = require('./subscribe.js');

/** The routes of a broker, whatever the framework. */
class Routes {
  #origins;
  /**
   * By path, then by method.
   * @type {Map<string, Map<string, Handler>>}
   */
  #handlers = new Map();

  /**
   * @param {SSEBroker} broker
   * @param {SetupOptions} options
   */
  constructor(broker, options) {
    this.#origins = options.origins;
    this.#add('/connect', ['GET', 'HEAD'], connecting(broker, options));
    this.#add('/subscribe', ['POST'], subscribing(broker, options));
    this.#add('/unsubscribe', ['POST'], unsubscribing(broker, options));
    if (options.stats) this.#add('/stats', ['GET', 'HEAD'], statistics(broker, options));
  }

  /**
   * @param {string} path
   * @param {string[]} methods
   * @param {Handler} handler
   */
  #add(path, methods, handler) {
    this.#handlers.set(path, new Map(methods.map((method) => [method, handler])));
  }

  get paths() {
    return this.#handlers.keys();
  }

  /**
   * What a request gets, unless it is a stream; throws what is the framework's to answer.
   * @param {string} path
   * @param {Exchange} exchange
   * @returns {Promise<Answer | undefined>}
   */
  async answer(path, exchange) {
    const answer = exchange.over ? undefined : await this.#answer(path, exchange);
    return exchange.over ? undefined : answer;
  }

  /**
   * @param {string} path
   * @param {Exchange} exchange
   * @returns {Promise<Answer | undefined>}
   */
  async #answer(path, exchange) {
    try {
      exchange.setHeader('Cache-Control', 'no-store');
      this.#origins.admit(exchange);
      return await this.#handler(path, exchange)(exchange);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, body: { error: error.message, code: error.code } };
    }
  }

  /**
   * @param {string} path
   * @param {Exchange} exchange
   * @returns {Handler}
   */
  #handler(path, exchange) {
    const handlers = /** @type {Map<string, Handler>} */ (this.#handlers.get(path));
    const methods = [...handlers.keys()].join(', ');
    const handler = handlers.get(exchange.method);
    if (handler) return handler;
    exchange.setHeader('Allow', `${methods}, OPTIONS`);
    if (exchange.method !== 'OPTIONS') {
      throw new Refusal(405, 'ERR_SSE_METHOD', `the method must be one of ${methods}`);
    }
    this.#origins.preflight(exchange, methods);
    return async () => ({ status: 204 });
  }
}

module.exports = { Routes };
