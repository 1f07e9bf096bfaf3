'use strict';

/** Checks whether `EventSource` accepts the status (WHATWG HTML, section 9.2.2). */

/** @import { Check } from '../examine.js' */

/** @type {Check} */
function status({ recording: { status: code, redirects, url, headers } }) {
  if (code === undefined) return undefined;
  if (code === 200 && redirects.length === 0) return { level: 'ok', message: '200' };
  if (code === 200) {
    return {
      level: 'warning',
      message: `redirected to ${url}: each reconnect repeats the redirect`,
      fix: [`Use ${url} in the page.`],
    };
  }
  const after = headers['retry-after'];
  /** @type {Record<number, string>} */
  const fixes = {
    204: 'With 204, EventSource stops reconnecting. Answer 200 while there are events.',
    401: 'Send the credentials: --header "Authorization: …" or --header "Cookie: …".',
    403: 'Send the credentials: --header "Authorization: …" or --header "Cookie: …".',
    404: 'Check the path.',
    406: 'A proxy has changed the Accept header: it must be text/event-stream.',
    502: 'The proxy cannot reach the server: check its upstream.',
    504: 'The server has not answered the proxy in time: send the head at once.',
  };
  return {
    level: 'problem',
    message: `${code}${after ? `, Retry-After: ${after}` : ''}: EventSource gives up at once`,
    fix: [fixes[code] ?? 'Answer 200. The client of sluice retries after 429 and 5xx.'],
  };
}

module.exports = { status };
