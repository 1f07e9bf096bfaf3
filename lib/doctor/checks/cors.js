'use strict';

/** Checks whether pages of another origin may read the stream (Fetch, section 3.2). */

/** @import { Check } from '../examine.js' */

/** @type {Check} */
function cors({ recording: { headers, url }, origin }) {
  if (origin === undefined || new URL(url).origin === origin) return undefined;
  const allowed = headers['access-control-allow-origin'];
  if (allowed === origin || allowed === '*') {
    const withCookies = headers['access-control-allow-credentials'] === 'true' && allowed !== '*';
    return { level: 'ok', message: `${origin} may read it${withCookies ? ', with cookies' : ''}` };
  }
  return {
    level: 'problem',
    message: allowed
      ? `Access-Control-Allow-Origin is ${allowed}, not ${origin}`
      : `there is no Access-Control-Allow-Origin for ${origin}`,
    fix: [
      `Send Access-Control-Allow-Origin: ${origin} and Vary: Origin.`,
      'For withCredentials, also Access-Control-Allow-Credentials: true.',
    ],
  };
}

module.exports = { cors };
