'use strict';

/** Checks whether `Content-Type` is that of an event stream (WHATWG HTML, section 9.2.2). */

/** @import { Check } from '../examine.js' */

/** @type {Check} */
function contentType({ recording: { status, headers } }) {
  if (status !== 200) return undefined;
  const type = headers['content-type'];
  if (/^text\/event-stream\s*(;|$)/i.test(type ?? '')) return { level: 'ok', message: `${type}` };
  return {
    level: 'problem',
    message: type ? `Content-Type is ${type}` : 'there is no Content-Type',
    fix: [
      'EventSource accepts only text/event-stream.',
      'Check that the URL leads to the stream, not to a page or an error,',
      'and that no proxy changes the header.',
    ],
  };
}

module.exports = { contentType };
