'use strict';

/** Adds the routes to Express, or to a router with the same methods. */

/** @import { Request, Response } from '../../carrier/carrier.js' */
/** @import { Exchange } from './exchange.js' */
/** @import { Routes } from './routes.js' */

/** @typedef {(req: any, res: any, next: (error: unknown) => void) => void} RequestHandler */
/** @typedef {(path: string, handler: RequestHandler) => void} AddRoute */

const { debuglog } = require('node:util');
const { carrierOf } = require('../../carrier/node-response.js');
const { openLink } = require('../../connection/connection.js');

const METHODS = /** @type {const} */ (['get', 'post', 'options']);

const debug = debuglog('sluice');

/**
 * @param {Request & { body?: unknown }} req
 * @param {Response} res
 * @returns {Exchange}
 */
const exchangeOf = (req, res) => ({
  request: req,
  req,
  res,
  headers: req.headers,
  // A parser may have set `req.body` without reading the body.
  body: () => (req.readableDidRead || req.readableEnded ? req.body : req),
  getHeader: (name) => res.getHeader(name),
  setHeader: (name, value) => res.setHeader(name, value),
  log: (error, what) => debug('%s: %o', what, error),

  /** Writes the head last, so that an error can still be sent. */
  open(options, pingForm, prepare) {
    const { link, connection } = openLink(carrierOf(req, res), options, pingForm);
    try {
      prepare(connection);
      link.begin();
    } catch (error) {
      connection.destroy();
      throw error;
    }
  },

  send(status, body) {
    res.statusCode = status;
    if (body !== undefined) res.setHeader('Content-Length', Buffer.byteLength(body));
    res.end(body);
  },
});

/**
 * @param {Record<'get' | 'post' | 'options', AddRoute> & { all?: AddRoute }} app
 * @param {string} basePath
 * @param {Routes} routes
 */
function addToExpress(app, basePath, routes) {
  for (const path of routes.paths) {
    /** @type {RequestHandler} */
    const handler = (req, res, next) => {
      routes.answer(path, exchangeOf(req, res)).catch(next);
    };
    if (app.all) app.all(basePath + path, handler);
    else for (const method of METHODS) app[method](basePath + path, handler);
  }
}

module.exports = { addToExpress };
