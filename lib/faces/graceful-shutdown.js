'use strict';

/** `gracefulShutdown`: drains the process and closes a server on a signal. */

/** @import { IncomingMessage, Server, ServerResponse } from 'node:http' */
/** @import { Http2Session } from 'node:http2' */
/** @import { Names } from '../core/option.js' */
/** @import { DrainResult, ShutdownOptions, ShutdownServer } from '../../types/drain.js' */

const os = require('node:os');
const { DRAIN_NAMES, drain, readDrainOptions } = require('../connection/drain.js');
const option = require('../core/option.js');

const SIGNALS = /** @type {const} */ (['SIGTERM', 'SIGINT']);

/** @type {Names<ShutdownOptions>} */
const SHUTDOWN_NAMES = { ...DRAIN_NAMES, signals: true, exit: true };

class Shutdown {
  #server;
  #drainOptions;
  #exit;
  #signals;
  /** @type {Promise<DrainResult> | undefined} */
  #result;
  /** @type {Set<Http2Session>} */
  #sessions = new Set();
  /** @type {(result: DrainResult | PromiseLike<DrainResult>) => void} */
  #settle = () => {};

  /**
   * @param {ShutdownServer} server
   * @param {ShutdownOptions} [options]
   */
  constructor(server, options) {
    if (!option.hasMethods(server, 'close')) {
      throw option.wrongArgument(
        'gracefulShutdown()',
        'a Node.js server or a Fastify instance',
        server,
      );
    }
    const { signals, exit, ...rest } = option.object('options', options, SHUTDOWN_NAMES);
    readDrainOptions(rest);
    this.#server = server;
    this.#drainOptions = rest;
    this.#exit = option.boolean('exit', exit, false);
    this.#signals = readSignals(signals);
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    nodeServer(server).on('session', this.#onSession);
    for (const signal of this.#signals) process.on(signal, this.#onSignal);
  }

  /** Shuts down, as a signal does. */
  start() {
    if (!this.#result) {
      this.#result = this.#run();
      this.#settle(this.#result);
    }
    return this.#result;
  }

  /** Stops listening for signals. A shutdown that has begun continues. */
  close() {
    for (const signal of this.#signals) process.off(signal, this.#onSignal);
    if (!this.#result) nodeServer(this.#server).off('session', this.#onSession);
  }

  async #run() {
    const server = this.#server;
    const node = nodeServer(server);
    const drained = drain(this.#drainOptions);
    // Sockets close after their next response, or after a short idle time.
    node.prependListener('request', closeAfterResponse);
    node.keepAliveTimeout = 1;
    const closed = new Promise((resolve) => node.close(resolve));
    // Sessions keep their open streams and refuse new ones.
    for (const session of this.#sessions) session.close();
    const result = await drained;
    if (server !== node) await server.close();
    await closed;
    this.close();
    if (this.#exit) process.exit();
    return result;
  }

  #onSession = (/** @type {Http2Session} */ session) => {
    this.#sessions.add(session);
    session.once('close', () => this.#sessions.delete(session));
    if (this.#result) session.close();
  };

  #onSignal = (/** @type {NodeJS.Signals} */ signal) => {
    if (this.#result) process.exit(128 + os.constants.signals[signal]);
    this.start();
  };
}

/**
 * @param {ShutdownServer} server
 * @param {ShutdownOptions} [options]
 */
function gracefulShutdown(server, options) {
  return new Shutdown(server, options);
}

/**
 * @param {IncomingMessage} req
 * @param {ServerResponse} res
 */
function closeAfterResponse(req, res) {
  if (req.httpVersionMajor === 1) res.setHeader('Connection', 'close');
}

/**
 * The Node.js server of a Fastify instance, or the server itself.
 * @param {ShutdownServer} server
 * @returns {Server}
 */
function nodeServer(server) {
  return /** @type {any} */ ('server' in server ? server.server : server);
}

/** @param {ShutdownOptions['signals']} value */
function readSignals(value = SIGNALS) {
  if (!Array.isArray(value)) throw option.wrongType('signals', 'an array', value);
  for (const signal of value) {
    if (!(signal in os.constants.signals)) {
      throw option.invalid(`\`signals\` must be names of signals, but one is ${signal}`);
    }
  }
  return /** @type {NodeJS.Signals[]} */ ([...new Set(value)]);
}

module.exports = { gracefulShutdown };
