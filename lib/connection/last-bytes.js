'use strict';

/**
 * The last bytes of drained connections that JavaScript writes: Node.js still holds them when the
 * core has let go of the connection.
 */

/** @import { Carrier } from '../carrier/carrier.js' */

const { guarded } = require('../core/listeners.js');

/**
 * How long a client may take for them, in milliseconds. The core allows as long for what it queues.
 */
const GRACE = 5000;

/** @type {Set<Promise<void>>} */
const pending = new Set();

/**
 * Cuts the response off if its client does not take the rest in time. It would hold up
 * `server.close()`.
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
