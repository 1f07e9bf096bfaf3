'use strict';

/**
 * Answers that open their event stream on the response of Node.js themselves. The core can then
 * take over the socket, and a reader is one connection. `toNode()` tells handlers that it looks for
 * them.
 */

/** @import { OutgoingHttpHeaders } from 'node:http' */
/** @import { Carrier } from '../../carrier/carrier.js' */
/** @import { Connection } from '../../connection/connection.js' */

/** @typedef {(carrier: Carrier, headers: OutgoingHttpHeaders) => Connection} Open */

/** In the second argument of a handler: the caller looks for an opener. */
const LOOKS = Symbol('sluice.opener');

/** @type {WeakMap<Response, Open>} */
const openers = new WeakMap();

/** @param {any} environment */
const looksForOpener = (environment) => environment?.[LOOKS] === true;

module.exports = { LOOKS, looksForOpener, openers };
