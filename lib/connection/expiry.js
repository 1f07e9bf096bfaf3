'use strict';

/**
 * Ends a connection when its client's authorization expires.
 *
 * - The core ends the connection on time, even while JavaScript is busy.
 * - Before that, the application may extend the authorization. Any answer other than a later time
 *   ends the connection.
 */

/** @import { ConnectionOptions } from '../../index.js' */
/** @import { Link } from './link.js' */

const { debug } = require('../core/diagnostics.js');
const { SluiceError } = require('../core/error.js');
const { MAX_TIME } = require('../core/option.js');

/** How many milliseconds before expiry to call `reauthorize`; at most half of the time left. */
const LEAD = 10_000;

class Expiry {
  #link;
  #reauthorize;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {Link} link
   * @param {number} until milliseconds since the epoch
   * @param {ConnectionOptions['reauthorize']} reauthorize
   */
  constructor(link, until, reauthorize) {
    this.#link = link;
    this.#reauthorize = reauthorize;
    this.#set(until);
  }

  /** @param {number} until */
  #set(until) {
    const left = until - Date.now();
    // Timers do not support longer delays.
    if (left > MAX_TIME) {
      this.#link.handle.setExpiry(0);
      return this.#wait(MAX_TIME, () => this.#set(until));
    }
    this.#link.handle.setExpiry(Math.max(1, Math.ceil(left)));
    if (this.#reauthorize) this.#wait(left - Math.min(LEAD, left / 2), () => this.#ask());
  }

  /**
   * @param {number} delay
   * @param {() => void} callback
   */
  #wait(delay, callback) {
    if (!this.#timer) this.#link.whenEnding(() => clearTimeout(this.#timer));
    this.#timer = setTimeout(callback, delay).unref();
  }

  async #ask() {
    const link = this.#link;
    let until;
    try {
      const answer = await this.#reauthorize?.(/** @type {any} */ (link.connection));
      until = answer === false ? undefined : timeOf(answer);
    } catch (error) {
      debug('reauthorize failed, so the connection ends: %o', error);
    }
    if (link.isOver) return;
    if (until !== undefined && until > Date.now()) this.#set(until);
    else link.close('expired');
  }
}

/**
 * Returns a time in milliseconds since the epoch, or undefined if the value is not a time.
 * @param {unknown} value
 */
function timeOf(value) {
  const time = value instanceof Date ? value.getTime() : value;
  return typeof time === 'number' && !Number.isNaN(time) ? time : undefined;
}

/**
 * Returns the time until which a client is authorized. Undefined means no limit.
 * @param {ConnectionOptions['expiresAt']} expiresAt
 * @param {unknown} request
 */
function readUntil(expiresAt, request) {
  const value = typeof expiresAt === 'function' ? expiresAt(request) : expiresAt;
  if (value === undefined) return undefined;
  const until = timeOf(value);
  if (until !== undefined && until > Date.now()) return until;
  debug('refused with 401: the authorization has expired, or its time is invalid');
  // Fails closed: an invalid time is an error of the application or of the token.
  const error = new SluiceError('ERR_SSE_EXPIRED', 'the authorization has expired: sign in again');
  throw Object.assign(error, { statusCode: 401 });
}

module.exports = { Expiry, readUntil, timeOf };
