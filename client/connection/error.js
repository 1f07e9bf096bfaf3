/** @import { SSEErrorCode } from '../index.js' */

/** The error class of the client. See `SSEErrorCode` in index.d.ts. */
export class SSEError extends Error {
  name = 'SSEError';
  /** True if the client does not retry automatically. */
  fatal = false;
  /** @type {number | undefined} HTTP status of the response, if the client received one */
  status;
  /** @type {number} delay from the `Retry-After` header, in milliseconds */
  retryAfter = 0;
  /** Consecutive retries before the failed attempt; 0 if no attempt failed. */
  attempt = 0;

  /**
   * @param {SSEErrorCode} code
   * @param {string} message
   * @param {{ cause?: unknown, fatal?: boolean, status?: number, retryAfter?: number,
   *   topics?: string[] }} [details]
   */
  constructor(code, message, details = {}) {
    super(message, details);
    this.code = code;
    Object.assign(this, details);
  }
}
