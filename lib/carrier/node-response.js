'use strict';

/** Chooses the carrier of a Node response. */

/** @import { Request, Response } from './carrier.js' */

const { Http2Carrier } = require('./http2-carrier.js');
const { NodeCarrier } = require('./node-carrier.js');

/**
 * Throws unless a stream can begin on the response.
 * @param {Request} req
 * @param {Response} res
 */
function carrierOf(req, res) {
  return res?.stream ? new Http2Carrier(req, res) : new NodeCarrier(req, res);
}

module.exports = { carrierOf };
