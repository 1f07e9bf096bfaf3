import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { describe, test } from 'node:test';
import { service } from '../../faces/fetch/service.mjs';
import { faces } from '../../faces/option-names/faces.mjs';
import { connectHTTP1 } from '../../support/clients/http1.mjs';
import { listen } from '../../support/listen.mjs';
import { SOON } from '../../support/soon.mjs';

const require = createRequire(import.meta.url);
const { toNode } = require('../../../fetch.js');
const { createStreams } = require('../../../streams.js');

/** Faces that create bodies for an unknown server. */
const PLAIN = ['createSSE', 'createStreams with `connection`'];
/** SSEBroker is left out, because it takes `compress` in its option `connection`. */
const { SSEBroker: _, ...all } = faces;

const connect = (address) => {
  const { origin, pathname } = new URL(address);
  return connectHTTP1(origin, pathname, { headers: { 'Accept-Encoding': 'gzip' } });
};

describe('the option compress', SOON, () => {
  for (const [face, serve] of Object.entries(all)) {
    const outcome = PLAIN.includes(face) ? 'leaves the stream plain' : 'compresses the stream';
    test(`of ${face} ${outcome}`, async (t) => {
      const address = await serve(t, { compress: ['gzip'], pingInterval: 20 });
      const client = await connect(address);
      t.after(() => client.leave());
      const encoding = PLAIN.includes(face) ? undefined : 'gzip';
      assert.equal(client.headers['content-encoding'], encoding);
      await client.has('\n\n');
    });
  }

  test('of createStreams compresses the stream that it writes to the socket', async (t) => {
    const streams = createStreams({ connection: { compress: ['gzip'] } });
    await streams.fetch(new Request('http://localhost/', { method: 'PUT', body: 'first' }));
    const server = http.createServer(toNode(streams.fetch));
    const running = await listen(server, 'http', connectHTTP1);
    t.after(() => running.close());
    const headers = { 'Accept-Encoding': 'gzip' };
    const client = await running.connect('/?offset=-1&live=sse', { headers });
    assert.equal(client.headers['content-encoding'], 'gzip');
    assert.match(await client.has('streamNextOffset'), /data: first\n\n/);
  });

  test('of createSSE compresses the body if the Node response is known', async (t) => {
    const sse = service(t, { compress: ['gzip'] });
    const server = http.createServer(async (_req, res) => {
      const { client, response } = sse.addClient({ outgoing: res });
      assert.equal(response.headers.get('vary'), 'Accept-Encoding');
      res.writeHead(response.status, Object.fromEntries(response.headers));
      sse.sendTo(client.id, 'greeting', 'hello');
      sse.removeClient(client.id);
      for await (const chunk of response.body) res.write(chunk);
      res.end();
    });
    const running = await listen(server, 'http', connectHTTP1);
    t.after(() => running.close());
    for (const accepted of ['gzip', 'identity']) {
      const client = await running.connect('/', { headers: { 'Accept-Encoding': accepted } });
      const encoding = accepted === 'gzip' ? accepted : undefined;
      assert.equal(client.headers['content-encoding'], encoding);
      assert.equal(await client.over(), 'clean');
      assert.match(client.text, /event: greeting\ndata: "?hello"?\n\n$/);
    }
  });
});
