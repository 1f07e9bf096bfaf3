'use strict';

/**
 * Openers: functions that open the event stream of a `Response` directly on the Node.js response.
 * The core can then take over the socket, and a reader is one connection. `toNode()` signals to
 * handlers that it uses openers.
 */

/** @import { OutgoingHttpHeaders } from 'node:http' */
/** @import { Carrier } from '../../carrier/carrier.js' */
/** @import { Connection } from '../../connection/connection.js' */

/** @typedef {(carrier: Carrier, headers: OutgoingHttpHeaders) => Connection} Open */

/** A key in the second argument of a handler: the caller uses openers. */
const LOOKS = Symbol('sluice.opener');

/** @type {WeakMap<Response, Open>} */
const openers = new WeakMap();

/** @param {any} environment */
const looksForOpener = (environment) => environment?.[LOOKS] === true;

module.exports = { LOOKS, looksForOpener, openers };
