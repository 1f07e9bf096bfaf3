'use strict';

/** The routes of a broker, independent of the framework. */

/** @import { SSEBroker } from '../../broker/broker.js' */
/** @import { Answer, Denial, Exchange, Handler } from './exchange.js' */
/** @import { SetupOptions } from './options.js' */

const { Refusal, isSettled } = require('./exchange.js');
const { connecting, statistics, subscribing, unsubscribing } = require('./handlers.js');

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
   * Answers a request. Rejects with errors that the framework must answer.
   * @param {string} path
   * @param {Exchange} exchange
   */
  async answer(path, exchange) {
    if (isSettled(exchange)) return;
    let answer;
    try {
      exchange.setHeader('Cache-Control', 'no-store');
      this.#origins.admit(exchange);
      answer = await this.#handler(path, exchange)(exchange);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, message, code, topics } = /** @type {Refusal & Partial<Denial>} */ (error);
      // JSON omits undefined properties.
      answer = { status, body: { error: message, code, topics } };
    }
    if (answer && !isSettled(exchange)) send(exchange, answer);
  }

  /**
   * @param {string} path
   * @param {Exchange} exchange
   * @returns {Handler}
   */
  #handler(path, exchange) {
    const handlers = /** @type {Map<string, Handler>} */ (this.#handlers.get(path));
    const methods = [...handlers.keys()].join(', ');
    const { method = '' } = exchange.req;
    const handler = handlers.get(method);
    if (handler) return handler;
    exchange.setHeader('Allow', `${methods}, OPTIONS`);
    if (method !== 'OPTIONS') {
      throw new Refusal(405, 'ERR_SSE_METHOD', `the method must be one of ${methods}`);
    }
    this.#origins.preflight(exchange, methods);
    return async () => ({ status: 204 });
  }
}

/**
 * @param {Exchange} exchange
 * @param {Answer} answer
 */
function send(exchange, { status, body }) {
  // Closes the connection, because the rest of the body is not read.
  if (status === 413 && exchange.req.httpVersionMajor === 1) {
    exchange.setHeader('Connection', 'close');
  }
  if (!body) return exchange.send(status);
  exchange.setHeader('Content-Type', 'application/json; charset=utf-8');
  exchange.setHeader('X-Content-Type-Options', 'nosniff');
  // A string bypasses the serialisers of the application.
  exchange.send(status, JSON.stringify(body));
}

module.exports = { Routes };
