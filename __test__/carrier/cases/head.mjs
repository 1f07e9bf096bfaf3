// Conformance cases for the request and the response head.
import assert from 'node:assert/strict';
import { site } from '../../support/site.mjs';
import { until } from '../../support/until.mjs';

export default {
  'uses the transport that this server allows': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open();
    assert.equal(connection.transport, server.transport);
    assert.equal(client.headers['content-encoding'], server.encoding);
  },

  'the head has the headers that clients and proxies need': async (t, server) => {
    const { open } = await site(t, server);
    const { client } = await open();
    assert.equal(client.status, 200);
    assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
    const caching = server.options?.headers?.['Cache-Control'] ?? 'no-store, no-transform';
    assert.equal(client.headers['cache-control'], caching);
    assert.equal(client.headers['x-accel-buffering'], 'no');
    assert.equal(client.headers['x-content-type-options'], 'nosniff');
    assert.equal(client.headers['content-length'], undefined);
    if (server.version === 2) assert.equal(client.headers.connection, undefined);
    else assert.equal(client.headers.connection, 'close');
  },

  'HTTP/1.x always closes the connection after a stream': async (t, server) => {
    const { open } = await site(t, server);
    if (server.version === 2) return;
    const { client } = await open({ headers: { connection: 'keep-alive' } });
    assert.equal(client.headers.connection, 'close');
  },

  'keeps headers that were set before': async (t, server) => {
    const { open } = await site(t, server, (_req, res) => {
      res.setHeader('Access-Control-Allow-Origin', 'https://app.example');
      res.setHeader('Set-Cookie', ['a=1', 'b=2']);
      res.setHeader('X-Request-Id', '7');
    });
    const { client } = await open();
    assert.equal(client.headers['access-control-allow-origin'], 'https://app.example');
    assert.deepEqual(client.headers['set-cookie'], ['a=1', 'b=2']);
    assert.equal(client.headers['x-request-id'], '7');
  },

  'the options headers and statusCode take precedence': async (t, server) => {
    const { open } = await site(t, server, (_req, res) => res.setHeader('X-Who', 'before'));
    const headers = { 'x-who': 'option', 'X-Accel-Buffering': 'yes', 'X-Count': 3 };
    const { client } = await open({ headers, statusCode: 201 });
    assert.equal(client.status, 201);
    assert.equal(client.headers['x-who'], 'option');
    assert.equal(client.headers['x-accel-buffering'], 'yes');
    assert.equal(client.headers['x-count'], '3');
  },

  'a HEAD request gets only the head': async (t, server) => {
    const { open } = await site(t, server);
    const { connection, client } = await open({ retry: 5 }, { method: 'HEAD' });
    connection.send({ data: 'nothing for you' });
    assert.equal(client.status, 200);
    assert.equal(client.headers['content-type'], 'text/event-stream; charset=utf-8');
    assert.equal(await client.over(), 'clean');
    assert.equal(client.text, '');
    await until(() => connection.closed, 'the connection of a HEAD request to close');
  },

  'a connection exposes its request, its response and when it opened': async (t, server) => {
    const before = Date.now();
    const { open } = await site(t, server);
    const one = await open();
    const other = await open();
    assert.equal(one.connection.request, one.req);
    assert.equal(one.connection.response, one.res);
    assert.match(one.connection.id, /^[A-Za-z0-9-]+$/);
    assert.notEqual(one.connection.id, other.connection.id);
    assert.ok(one.connection.timestamp >= before && one.connection.timestamp <= Date.now());
    assert.equal(one.connection.closed, false);
  },

  'Last-Event-ID is read as UTF-8 and ignored above 1 KiB': async (t, server) => {
    const { open } = await site(t, server);
    const idOf = async (value) => {
      const headers = { 'Last-Event-ID': Buffer.from(value).toString('latin1') };
      return (await open({}, { headers })).connection.lastEventID;
    };
    assert.equal((await open()).connection.lastEventID, undefined);
    assert.equal(await idOf('12-a'), '12-a');
    assert.equal(await idOf('Zürich ☀'), 'Zürich ☀');
    assert.equal(await idOf('x'.repeat(1024)), 'x'.repeat(1024));
    assert.equal(await idOf('x'.repeat(2048)), undefined);
  },
};
