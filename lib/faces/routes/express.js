'use strict';

/** Adds the routes to Express, or to a router like its own. */

/** @import { ConnectionOptions } from '../../../index.js' */
/** @import { Request, Response } from '../../carrier/carrier.js' */
/** @import { PingForm } from '../../connection/connection-options.js' */
/** @import { Connection } from '../../connection/connection.js' */
/** @import { Answer, Exchange } from './exchange.js' */
/** @import { Routes } from './routes.js' */

/** @typedef {(req: any, res: any, next: (error: unknown) => void) => void} RequestHandler */
/** @typedef {(path: string, handler: RequestHandler) => void} AddRoute */

const { debuglog } = require('node:util');
const { isOver } = require('../../carrier/gone.js');
const { carrierOf } = require('../../carrier/node-response.js');
const { openLink } = require('../../connection/connection.js');

const debug = debuglog('sluice');

/** @implements {Exchange} */
class ExpressExchange {
  #res;

  /**
   * @param {Request & { body?: unknown }} req
   * @param {Response} res
   */
  constructor(req, res) {
    this.request = req;
    this.method = req.method ?? '';
    this.headers = req.headers;
    this.#res = res;
  }

  get body() {
    const { request } = this;
    // A parser that has not read the body may still have set one.
    return request.readableDidRead || request.readableEnded ? request.body : request;
  }

  get over() {
    return isOver(this.request, this.#res);
  }

  /** @param {string} name */
  getHeader(name) {
    return this.#res.getHeader(name);
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setHeader(name, value) {
    this.#res.setHeader(name, value);
  }

  /**
   * The head is written last, so that an error can still be the answer.
   * @param {ConnectionOptions} options
   * @param {PingForm} pingForm
   * @param {(connection: Connection) => void} prepare
   */
  open(options, pingForm, prepare) {
    const carrier = carrierOf(this.request, this.#res);
    const { link, connection } = openLink(carrier, options, pingForm);
    try {
      prepare(connection);
      link.begin();
    } catch (error) {
      connection.destroy();
      throw error;
    }
  }

  /**
   * @param {unknown} error
   * @param {string} what
   */
  log(error, what) {
    debug('%s: %o', what, error);
  }

  /** @param {Answer} answer */
  send({ status, body }) {
    const { request } = this;
    const res = this.#res;
    res.statusCode = status;
    // The rest of the body is not to be read.
    if (status === 413 && request.httpVersionMajor === 1) res.setHeader('Connection', 'close');
    if (!body) return res.end();
    const bytes = Buffer.from(JSON.stringify(body));
    res.setHeader('Content-Type', 'application/json; charset=utf-8');
    res.setHeader('Content-Length', bytes.length);
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.end(bytes);
  }
}

/**
 * @param {Record<'get' | 'post' | 'options', AddRoute> & { all?: AddRoute }} app
 * @param {string} basePath
 * @param {Routes} routes
 */
function addToExpress(app, basePath, routes) {
  for (const path of routes.paths) {
    /** @type {RequestHandler} */
    const handler = (req, res, next) => {
      const exchange = new ExpressExchange(req, res);
      routes
        .answer(path, exchange)
        .then((answer) => answer && exchange.send(answer))
        .catch(next);
    };
    if (app.all) app.all(basePath + path, handler);
    else for (const method of METHODS) app[method](basePath + path, handler);
  }
}

const METHODS = /** @type {const} */ (['get', 'post', 'options']);

module.exports = { addToExpress };
