// Tests of Express only, and of applications with a similar interface.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { describe, test } from 'node:test';
import compression from 'compression';
import cors from 'cors';
import { native } from '../express/app.mjs';
import { frameworks, SOON, SSEBroker, serve, setupSSE } from './apps.mjs';
import { site } from './site.mjs';

for (const name of ['Express 4', 'Express 5']) {
  const framework = frameworks[name];

  describe(name, () => {
    test('the core writes the streams', SOON, async (t) => {
      const { broker, connect } = await serve(t, framework);
      const { clientId } = await connect();
      assert.equal(broker.client(clientId).connection.transport, native);
    });

    const parsers = {
      text: { type: '*/*' },
      raw: { type: '*/*' },
      urlencoded: { extended: true },
      json: { type: 'application/vnd.api+json' },
    };
    for (const [parser, options] of Object.entries(parsers)) {
      test(`express.${parser}() may come before the routes`, SOON, async (t) => {
        const create = framework === frameworks['Express 4'] ? 'express4' : 'express';
        const { default: express } = await import(create);
        const use = (app) => app.use(express[parser](options));
        const site = await serve(t, framework, { use });
        const client = await site.connect();
        assert.equal((await site.subscribe(client, 'news')).status, 200);
        const headers = { 'Content-Type': 'application/json' };
        const answer = await site.ask('POST', '/subscribe', { headers, body: '{' });
        assert.deepEqual([answer.status, answer.json.code], [400, 'ERR_SSE_BODY']);
        const long = await site.post('/subscribe', JSON.stringify({}).padEnd(17_000));
        assert.deepEqual([long.status, long.json.code], [413, 'ERR_SSE_BODY_LIMIT']);
      });
    }

    test('the routes may be in a router, also below a path with parameters', SOON, async (t) => {
      const broker = new SSEBroker();
      const running = await framework.start(async (app) => {
        const { default: express } = await import(name === 'Express 4' ? 'express4' : 'express');
        const router = express.Router({ mergeParams: true });
        const identify = ({ params }) => ({ metadata: { room: params.room } });
        setupSSE(router, broker, '/_sse', { identify });
        app.use('/rooms/:room', router);
      });
      t.after(running.close);
      t.after(() => broker.close());
      const { port } = running.server.address();
      const response = await fetch(`http://127.0.0.1:${port}/rooms/7/_sse/connect`);
      assert.equal(response.status, 200);
      assert.deepEqual(broker.clients()[0].metadata, { room: '7' });
      await response.body.cancel();
    });

    test('compression and cors() may come before the routes', SOON, async (t) => {
      const use = (app) => app.use(compression(), cors());
      const site = await serve(t, framework, { use });
      const client = await site.connect('', { headers: { 'Accept-Encoding': 'gzip' } });
      assert.equal((await site.subscribe(client, 'news')).status, 200);
      // The routes check origins themselves, even if the middleware allows any origin.
      const headers = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' };
      assert.equal((await site.ask('GET', '/stats', { headers })).status, 403);
    });

    test(
      'the answer of middleware is kept if it comes while a hook is awaited',
      SOON,
      async (t) => {
        let answer;
        const use = (app) =>
          app.use((_req, res, next) => {
            answer = () => res.status(503).end('too late');
            next();
          });
        const identify = async () => answer();
        const site = await serve(t, framework, { use, options: { identify } });
        assert.equal((await site.ask('GET', '/connect')).status, 503);
        assert.equal(site.broker.clientCount(), 0);
        assert.deepEqual(site.errors, []);
      },
    );
  });
}

test('an application needs only the methods get, post and options', SOON, async (t) => {
  const handlers = new Map();
  const add = (method) => (path, handler) => handlers.set(`${method} ${path}`, handler);
  const app = { get: add('GET'), post: add('POST'), options: add('OPTIONS') };
  const broker = new SSEBroker();
  setupSSE(app, broker, '/_sse');
  const server = http.createServer((req, res) => {
    const fail = () => assert.fail('next() must not be called');
    const handler = handlers.get(`${req.method} ${req.url}`);
    if (handler) handler(req, res, fail);
    else res.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${server.address().port}`;
  const { connectHTTP1 } = await import('../../support/clients/http1.mjs');
  const stream = (path, request) => connectHTTP1(origin, path, request);
  const running = site({ origin, basePath: '/_sse', stream });
  const client = await running.connect();
  t.after(() => client.leave());
  assert.equal((await running.subscribe(client, 'news')).status, 200);
  assert.equal((await running.ask('OPTIONS', '/connect')).status, 204);
  assert.equal((await running.ask('GET', '/subscribe')).status, 405);
});
