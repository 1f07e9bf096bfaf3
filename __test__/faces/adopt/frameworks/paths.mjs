// Serves a framework's streams in two ways: adopted, and through the framework's Node handler.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { toNode } from '../../../../fetch.js';
import { connectHTTP1 } from '../../../support/clients/http1.mjs';
import { listen } from '../../../support/listen.mjs';
import { transport as native } from '../../../support/servers/node-http.mjs';
import { SOON } from '../../../support/soon.mjs';

async function serve(t, server) {
  const { origin, close } = await listen(server, 'http', connectHTTP1);
  t.after(close);
  return origin;
}

/** Serves a Fetch handler through `toNode`. `connections` holds those of its event streams. */
export async function adopting(t, handler, { isHTTP2, ...options } = {}) {
  const connections = [];
  const errors = [];
  const handle = toNode(handler, { onError: (error) => errors.push(error), ...options });
  const create = isHTTP2 ? http2.createServer : http.createServer;
  const server = create(async (req, res) => {
    const connection = await handle(req, res);
    if (connection) connections.push(connection);
  });
  return { origin: await serve(t, server), connections, errors };
}

/**
 * Tests that the framework's client reads the same events both ways. `make` returns the `fetch`
 * handler and the `node` handler. `read(origin)` resolves with the events that the client read.
 */
export function sameEvents(name, make, read) {
  describe(name, SOON, () => {
    for (const transport of [native, 'stream']) {
      test(`its client reads its stream over the ${transport} transport`, async (t) => {
        const { connections, errors, origin } = await adopting(t, (await make(t)).fetch, {
          transport: transport === 'stream' ? transport : 'auto',
        });
        const own = await serve(t, http.createServer((await make(t)).node));
        const [adopted, expected] = [await read(origin, t), await read(own, t)];
        assert.ok(expected.length > 1, `${expected.length} events were read`);
        assert.deepEqual(adopted, expected);
        assert.ok(connections.length > 0);
        for (const connection of connections) assert.equal(connection.transport, transport);
        assert.deepEqual(errors, []);
      });
    }
  });
}

/** `fetch` over HTTP/2. */
export function fetchHTTP2(t) {
  return async (input, { method = 'GET', headers, body } = {}) => {
    const url = new URL(input);
    const session = http2.connect(url.origin);
    t.after(() => session.destroy());
    const fields = Object.fromEntries(new Headers(headers));
    const stream = session.request({ ':method': method, ':path': url.pathname, ...fields });
    stream.end(body);
    const [head] = await once(stream, 'response');
    const isField = ([name]) => !name.startsWith(':');
    return new Response(Readable.toWeb(stream), {
      status: head[':status'],
      headers: Object.entries(head).filter(isField),
    });
  };
}
