'use strict';

/**
 * The last bytes of drained connections of the `stream` transport. Node.js may still buffer them
 * when the core has closed the connection.
 */

/** @import { Carrier } from '../carrier/carrier.js' */

const { guarded } = require('../core/listeners.js');

/**
 * How long a client may take to receive them, in milliseconds. The core allows the same time for
 * its queue.
 */
const GRACE = 5000;

/** @type {Set<Promise<void>>} */
const pending = new Set();

/**
 * Cuts the response off if its client does not receive the rest in time. An unfinished response
 * would delay `server.close()`.
 * @param {Carrier} carrier of a response that has ended
 */
function sendLastBytes(carrier) {
  const written = new Promise((/** @type {(value: void) => void} */ resolve) => {
    const timer = setTimeout(() => {
      guarded(() => carrier.cutOff());
      resolve();
    }, GRACE);
    carrier.whenWritten(() => {
      clearTimeout(timer);
      resolve();
    });
  });
  pending.add(written);
  written.then(() => pending.delete(written));
}

/** Resolves when the last bytes of all connections that have ended so far are written. */
async function lastBytesSent() {
  await Promise.all(pending);
}

module.exports = { lastBytesSent, sendLastBytes };
