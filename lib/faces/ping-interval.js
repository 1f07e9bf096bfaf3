'use strict';

/**
 * How often the faces for new applications send pings, in milliseconds. Many proxies close streams
 * that are idle for 30 to 60 seconds. `Connection` and the other faces have their own defaults.
 */
const PING_INTERVAL = 15_000;

module.exports = { PING_INTERVAL };
