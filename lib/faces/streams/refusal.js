'use strict';

/** A request that is answered with an error. Its message is for the client. */

const { debug } = require('../../core/diagnostics.js');

class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {Record<string, string>} [headers]
   */
  constructor(status, message, headers = {}) {
    super(message);
    this.name = 'Refusal';
    debug('streams: refused with %d: %s', status, message);
    this.status = status;
    this.headers = headers;
  }
}

/** How long a client waits before it tries again, in seconds. */
const RETRY_AFTER = { 'Retry-After': '10' };

const full = () => new Refusal(507, 'The server has no room for more', RETRY_AFTER);

module.exports = { RETRY_AFTER, Refusal, full };
