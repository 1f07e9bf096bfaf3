// Tests that draining a process ends every connection, from any face. A process drains only once,
// so this is one test.
import assert from 'node:assert/strict';
import http from 'node:http';
import http2 from 'node:http2';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { connectHTTP1 } from '../support/clients/http1.mjs';
import { connectHTTP2 } from '../support/clients/http2.mjs';
import { connectInject } from '../support/clients/inject.mjs';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const require = createRequire(import.meta.url);
const plugin = require('../../fastify.js');
const skill = require('../../digipair.js');
const { sse } = require('../../express.js');
const { Connection, SSEBroker, createSSE, drain, metrics, setupSSE } = sluice;

const service = createSSE();
const closing = [];

async function listen(server, connect = connectHTTP1, path = '/') {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return connect(`http://127.0.0.1:${server.address().port}`, path);
}

async function listenFastify(setUp) {
  const app = fastify();
  await setUp(app);
  closing.push(() => app.close());
  return connectHTTP1(await app.listen({ port: 0, host: '127.0.0.1' }), '/');
}

const hono = (options) => {
  const app = new Hono().get('/', (c) => {
    const { outgoing } = c.env;
    return service.addClient(options ? { outgoing } : {}).response;
  });
  return createAdaptorServer({ fetch: app.fetch });
};

const sendsEvent = async (app, options) => {
  await app.register(new plugin.SE(options).plugin);
  app.get('/', (_request, reply) => void reply.sendEvent('hello'));
};

/** Each function resolves with a client that has an open stream. */
const clients = {
  Connection: () => listen(http.createServer((req, res) => void new Connection(req, res))),
  'Connection, stream': () =>
    listen(http.createServer((req, res) => void new Connection(req, res, { transport: 'stream' }))),
  'Connection, HTTP/2': () =>
    listen(
      http2.createServer((req, res) => void new Connection(req, res)),
      connectHTTP2,
    ),
  'sluice/express': () =>
    listen(
      http.createServer(
        express().get(
          '/',
          sse(() => {}),
        ),
      ),
    ),
  setupSSE: () => {
    const app = express();
    setupSSE(app, new SSEBroker(), '');
    return listen(http.createServer(app), connectHTTP1, '/connect');
  },
  'reply.eventStream': () =>
    listenFastify(async (app) => {
      await app.register(plugin);
      app.get('/', (_request, reply) => void reply.eventStream());
    }),
  'reply.eventStream, injected': async () => {
    const app = fastify();
    await app.register(plugin);
    app.get('/', (_request, reply) => void reply.eventStream());
    return connectInject(app, '/');
  },
  SE: () => listenFastify((app) => sendsEvent(app)),
  'SE with a custom stream': () =>
    listenFastify((app) => sendsEvent(app, { streamOptions: { highWaterMark: 16 } })),
  'createSSE in Hono': () => listen(hono()),
  'createSSE in Hono, with outgoing': () => listen(hono({})),
  digipair: () =>
    listen(
      http.createServer((req, res) => {
        const context = { protected: { req, res }, request: { digipair: 'dp', reasoning: 'talk' } };
        skill.registerSession({}, [], context);
      }),
    ),
};

test('drain() ends the connections of every face, and destroys an unread body', SOON, async () => {
  const open = [];
  for (const [face, connect] of Object.entries(clients)) open.push([face, await connect()]);
  const unread = service.addClient();
  const isOpen = () => {
    const { native, stream } = metrics().connections;
    return native + stream === open.length + 1;
  };
  await until(isOpen, 'the transports');
  const connections = open.length + 1;
  const over = drain({ within: 50, retry: { min: 4000, max: 4999 }, event: { data: 'bye' } });
  for (const [face, client] of open) {
    assert.equal(await client.over(), 'clean', face);
    assert.match(client.text, /retry: 4\d{3}\n\ndata: bye\n\n$/, face);
  }
  assert.deepEqual(await over, { connections, ended: open.length, destroyed: 1 });
  assert.deepEqual(metrics().connections, { native: 0, stream: 0 });
  await assert.rejects(unread.response.text(), { code: 'ERR_SSE_DISCONNECTED' });
  await Promise.all(closing.map((close) => close()));
});
