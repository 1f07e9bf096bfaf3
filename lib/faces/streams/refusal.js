'use strict';

/** Answers a request with an error. Its message is for the client. */

const { randomInt } = require('node:crypto');
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

/**
 * A refusal after which a client retries in 5 to 30 seconds. The time is random, so refused clients
 * do not return together.
 * @param {503 | 507} status
 * @param {string} message
 */
const later = (status, message) =>
  new Refusal(status, message, { 'Retry-After': String(randomInt(5, 31)) });

const full = () => later(507, 'The server has no room for more');

const stopped = () => later(503, 'The server is stopping');

module.exports = { Refusal, full, later, stopped };
