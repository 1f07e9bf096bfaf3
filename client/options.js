import { SSEError } from './connection/error.js';
import { parse } from './json.js';

/**
 * @import { TextEvent } from './connection/event-stream.js'
 * @import { SSEConfig } from './index.js'
 *
 * @typedef {object} Internal options that are set by this package, not by the application
 * @property {(event: TextEvent) => boolean} [greet] handles an event of the connection before any
 *   other code. Returns true to stop the event
 *
 * @typedef {typeof DEFAULTS & Pick<SSEConfig, 'body' | 'credentials' | 'fetch' | 'headers' |
 *   'share' | 'signal' | 'token'> & Internal & { url: string, method: string }} Options
 */

const DEFAULTS = {
  lastEventId: '',
  autoReconnect: true,
  maxRetries: 5,
  reconnectDelay: 1000,
  maxReconnectDelay: 30_000,
  backoffMultiplier: 2,
  // Longer than the usual ping interval: some proxies hold the response head until the first bytes
  // of the body.
  timeout: 60_000,
  heartbeatInterval: 30_000,
  missedHeartbeatsLimit: 3,
  maxEventSize: 1024 * 1024,
  debug: false,
  parse: /** @type {(text: string, event: string) => unknown} */ (parse),
};

/** Half of the longest delay that a timer accepts, in milliseconds. */
const MOST = 2 ** 30 - 1;

/** @type {(name: string, expected: string, value: unknown) => SSEError} */
const wrong = (name, expected, value) =>
  new SSEError('ERR_SSE_OPTION', `\`${name}\` must be ${expected}, but it is ${value}`);

/** @type {(url: unknown) => string} */
export function absolute(url) {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    // `//` is an invalid URL, so a missing URL is rejected too.
    const { protocol, href } = new URL(String(url ?? '//'), base);
    if (/^https?:$/.test(protocol)) return href;
  } catch {}
  throw wrong('url', 'an absolute http(s) URL', url);
}

/** @param {Partial<SSEConfig>} config */
export function checkShare({ share, token, headers, credentials }) {
  if (share === true && (token || headers || credentials === 'include')) {
    // Tabs with the same URL may belong to different users. Only the application knows.
    throw wrong('share', 'a name, such as `share: userId`', share);
  }
}

/**
 * Returns the options with defaults applied. Options that are undefined or null count as absent.
 *
 * @param {SSEConfig} config
 * @returns {Readonly<Options>}
 */
export function resolveOptions(config) {
  /** @type {Record<string, unknown>} */
  const options = { ...config, url: absolute(config.url) };
  checkShare(config);
  options.method ??= config.body == null ? 'GET' : 'POST';
  for (const [name, fallback] of Object.entries(DEFAULTS)) {
    const value = options[name] ?? fallback;
    if (typeof value !== typeof fallback) throw wrong(name, `a ${typeof fallback}`, value);
    if (typeof value === 'number' && !(value >= 0 && value <= MOST)) {
      throw wrong(name, `from 0 to ${MOST}`, value);
    }
    options[name] = value;
  }
  return /** @type {Options} */ (options);
}
