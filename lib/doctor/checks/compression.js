'use strict';

/** Checks whether the stream is compressed. Compressors may wait for more bytes. */

/** @import { Check } from '../examine.js' */

/** @type {Check} */
function compression({ recording: { headers, arrivals } }) {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return { level: 'ok', message: 'none' };
  const hasEvents = arrivals.some(({ frames }) => frames > 0);
  return {
    level: hasEvents ? 'warning' : 'problem',
    message: hasEvents
      ? `the stream is compressed with ${encoding}, and arrives`
      : `the stream is compressed with ${encoding}, and no event has arrived`,
    fix: [
      'Express: app.use(compression({ filter: (req, res) =>',
      "  !/^text\\/event-stream/.test(String(res.getHeader('Content-Type'))) &&",
      '  compression.filter(req, res) }));',
      'Fastify: register @fastify/compress with { global: false } or for other routes.',
      'nginx: gzip off; in the location, or leave text/event-stream out of gzip_types.',
      'Elsewhere: Cache-Control: no-cache, no-transform asks proxies not to compress.',
    ],
  };
}

module.exports = { compression };
