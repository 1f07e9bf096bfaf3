/** @import { SSEErrorCode } from './index.js' */

/** Whatever goes wrong; see `SSEErrorCode` in index.d.ts. */
export class SSEError extends Error {
  name = 'SSEError';
  /** The client does not try again by itself. */
  fatal = false;
  /** @type {number | undefined} the status of the answer, if there was one */
  status;
  /** @type {number} milliseconds that the server asks to wait, as `Retry-After` */
  retryAfter = 0;
  /** Retries in a row before the attempt that failed; 0 where no attempt failed. */
  attempt = 0;

  /**
   * @param {SSEErrorCode} code
   * @param {string} message
   * @param {{ cause?: unknown, fatal?: boolean, status?: number, retryAfter?: number }} [details]
   */
  constructor(code, message, details = {}) {
    super(message, details);
    this.code = code;
    Object.assign(this, details);
  }
}
