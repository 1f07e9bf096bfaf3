'use strict';

/** Whether the type is that of an event stream (WHATWG HTML, section 9.2.2). */

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
      'EventSource refuses anything but text/event-stream.',
      'Check that the URL is that of the stream and not of a page or of an error,',
      'and that nothing on the way changes the header.',
    ],
  };
}

module.exports = { contentType };
