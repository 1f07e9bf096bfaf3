import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import fastifyExpress from '@fastify/express';
import middie from '@fastify/middie';
import compression from 'compression';
import cors from 'cors';
import head from '../carrier/cases/head.mjs';
import life from '../carrier/cases/life.mjs';
import { startProxy, withoutNginx } from '../carrier/nginx/proxy.mjs';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { fastifyApp, listenFastify } from '../support/fastify-app.mjs';
import * as fastify from '../support/servers/fastify.mjs';
import * as compress from '../support/servers/fastify-compress.mjs';
import * as h2c from '../support/servers/fastify-h2c.mjs';
import * as http2 from '../support/servers/fastify-http2.mjs';
import * as https from '../support/servers/fastify-https.mjs';
import { site } from '../support/site.mjs';
import { tally } from '../support/tally.mjs';
import { until } from '../support/until.mjs';

const onWindows = process.platform === 'win32';
const transport = onWindows ? 'stream' : 'native';
const timeout = 240_000;

const folder = mkdtempSync(path.join(tmpdir(), 'sluice-unix-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let sockets = 0;

const onUnixSocket = {
  title: 'Fastify on a Unix socket',
  transport,
  async start(handler) {
    const app = await fastifyApp(handler);
    sockets += 1;
    const socketPath = path.join(folder, `${sockets}.sock`);
    await app.listen({ path: socketPath });
    const clients = new Set();
    return {
      app,
      socketPath,
      async connect(url, request) {
        const client = await connectHTTP1('http://localhost', url, { ...request, socketPath });
        clients.add(client);
        return client;
      },
      async close() {
        for (const client of clients) client.leave();
        await app.close();
      },
    };
  },
};

/** A server whose application has middleware, added through a plugin. */
const withMiddleware = (title, plugin, ...middleware) => ({
  title,
  transport,
  async start(handler) {
    const register = async (app) => {
      await app.register(plugin);
      for (const each of middleware) app.use(each);
    };
    return listenFastify(await fastifyApp(handler, { register }), connectHTTP1);
  },
});

const allow = cors({ origin: 'https://app.example' });
const withExpress = withMiddleware('Fastify with @fastify/express', fastifyExpress, allow);
const withMiddie = withMiddleware('Fastify with @fastify/middie', middie, allow);

for (const server of [onUnixSocket, withExpress, withMiddie]) {
  describe(server.title, { skip: server === onUnixSocket && onWindows }, () => {
    for (const [title, run] of Object.entries({ ...head, ...life })) {
      test(title, { timeout }, (t) => run(t, server));
    }
  });
}

for (const server of [withExpress, withMiddie]) {
  test(`${server.title}: headers of its middleware are sent`, { timeout }, async (t) => {
    const { open } = await site(t, server);
    const { client } = await open();
    assert.equal(client.headers['access-control-allow-origin'], 'https://app.example');
    assert.equal(client.headers.vary, 'Origin');
  });
}

test('middleware that compresses: events arrive compressed and without delay', {
  timeout,
}, async (t) => {
  const { open } = await site(t, withMiddleware('', middie, compression()));
  const options = { headers: { 'Cache-Control': 'no-store' } };
  const { connection, client } = await open(options, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(connection.transport, 'stream');
  assert.equal(client.headers['content-encoding'], 'gzip');
  for (let n = 1; n <= 5; n += 1) {
    connection.send({ data: n });
    await client.count(n);
  }
  await connection.end();
  assert.equal(await client.over(), 'clean');
});

for (const server of [fastify, https, http2, h2c, compress, onUnixSocket]) {
  const skip = server === onUnixSocket && onWindows;
  test(`${server.title}: close() ends open streams immediately`, { timeout, skip }, async (t) => {
    const { app, open, socketPath } = await site(t, server);
    const ends = await Promise.all(Array.from({ length: 10 }, () => open()));
    const reasons = ends.map(({ connection }) => tally(connection, 'close'));
    for (const { connection } of ends) connection.send({ data: 'the last one' });
    const start = performance.now();
    await app.close();
    assert.ok(performance.now() - start < 60_000, `it took ${performance.now() - start} ms`);
    for (const { client } of ends) {
      assert.equal(await client.over(), 'clean');
      assert.deepEqual(client.data, ['the last one']);
    }
    await until(() => reasons.every((calls) => calls.length), 'every connection to close');
    assert.deepEqual(reasons.flat(), Array(10).fill(['end']));
    if (socketPath) assert.equal(existsSync(socketPath), false);
  });
}

test('inject without payloadAsStream resolves with the whole stream when it ends', async (t) => {
  const app = await fastifyApp((_req, _res, open) => {
    const connection = open({ retry: 5 });
    connection.send({ data: 1 }).send({ data: 2 });
    setTimeout(() => connection.send({ data: 3 }).end(), 20);
  });
  t.after(() => app.close());
  const response = await app.inject('/events');
  assert.equal(response.statusCode, 200);
  assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8');
  assert.equal(response.body, 'retry: 5\n\ndata: 1\n\ndata: 2\n\ndata: 3\n\n');
});

test('streams work behind nginx on a Unix socket', { timeout, skip: withoutNginx() }, async (t) => {
  const { open, socketPath } = await site(t, {
    ...onUnixSocket,
    async start(handler) {
      const running = await onUnixSocket.start(handler);
      const proxy = await startProxy(`http://unix:${running.socketPath}:`);
      t.after(() => proxy.stop());
      return { ...running, connect: (url) => connectHTTP1(proxy.origins.http, url) };
    },
  });
  assert.ok(existsSync(socketPath));
  const { connection, client } = await open();
  assert.equal(connection.transport, 'native');
  const reasons = tally(connection, 'close');
  for (let n = 1; n <= 20; n += 1) {
    connection.send({ data: n });
    await client.count(n);
  }
  client.leave();
  await until(() => reasons.length, 'close');
  assert.deepEqual(reasons, [['client']]);
});
