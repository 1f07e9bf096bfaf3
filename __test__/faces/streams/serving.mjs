// Streams under test: called directly, and behind servers of Node.js.
import { once } from 'node:events';
import http from 'node:http';
import { createRequire } from 'node:module';
import { inspect } from 'node:util';
import { createAdaptorServer } from '@hono/node-server';

const require = createRequire(import.meta.url);
export const { createStreams } = require('../../../streams.js');
const { toNode } = require('../../../fetch.js');

export const ORIGIN = 'http://streams.test';
export const JSON_TYPE = { 'Content-Type': 'application/json' };
export const TEXT_TYPE = { 'Content-Type': 'text/plain' };
export const BINARY_TYPE = { 'Content-Type': 'application/octet-stream' };

/** A position in bytes as an offset. */
export const at = (bytes) => `${'0'.repeat(16)}_${String(bytes).padStart(16, '0')}`;

/** Streams, and a function that makes one request. */
export function direct(t, options) {
  const streams = createStreams(options);
  t.after(() => streams.close());
  const call = (method, path, { headers, body, signal } = {}) =>
    streams.fetch(
      new Request(ORIGIN + path, {
        method,
        headers,
        body,
        signal,
        ...(body && { duplex: 'half' }),
      }),
    );
  return { streams, call };
}

/** The state of streams: their number, their bytes, and the number of waiting readers. */
export const state = (streams) =>
  Object.fromEntries(
    [...inspect(streams).matchAll(/(\w+): (\d+)/g)].map(([, name, value]) => [name, Number(value)]),
  );

/** With `toNode()`, the core takes over the sockets of event streams. */
export const SERVERS = {
  'toNode()': (fetch) => http.createServer(toNode(fetch)),
  '@hono/node-server': (fetch) => createAdaptorServer({ fetch }),
};

/** Serves streams with Node.js. Returns the origin. */
export async function listen(t, fetch, create = SERVERS['toNode()']) {
  const server = create(fetch);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}
