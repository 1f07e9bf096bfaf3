// Tests how every face refuses new connections. The process of this test drains from the start.
import assert from 'node:assert/strict';
import http from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { createAdaptorServer } from '@hono/node-server';
import express from 'express';
import express4 from 'express4';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import { sluice } from '../support/site.mjs';
import { SOON } from '../support/soon.mjs';
import { until } from '../support/until.mjs';

const require = createRequire(import.meta.url);
const plugin = require('../../fastify.js');
const skill = require('../../digipair.js');
const { sse } = require('../../express.js');
const { Connection, SSEBroker, createSSE, drain, metrics, setupSSE } = sluice;

process.env.NODE_ENV = 'test';
const RETRY = { min: 11_000, max: 13_000 };
const broker = new SSEBroker();
const service = createSSE();
const drained = drain({ retry: RETRY });

async function listen(t, handler) {
  const server = typeof handler === 'function' ? http.createServer(handler) : handler;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${server.address().port}`;
}

async function listenFastify(t, setUp) {
  const app = fastify();
  await setUp(app);
  t.after(() => app.close());
  return app.listen({ port: 0, host: '127.0.0.1' });
}

const opens = (req, res) => void new Connection(req, res);

/** Each function resolves with the URL of an event stream. */
const faces = {
  'new Connection in Express': (t) => listen(t, express().get('/', opens)),
  'new Connection in Express 4': (t) => listen(t, express4().get('/', opens)),
  'new Connection in Koa': (t) => {
    const app = new Koa().use((context) => opens(context.req, context.res));
    app.silent = true;
    return listen(t, app.callback());
  },
  'sluice/express': (t) =>
    listen(
      t,
      express().get(
        '/',
        sse(() => assert.fail('the handler ran')),
      ),
    ),
  'broker.connect in Express': (t) =>
    listen(
      t,
      express().get('/', (req, res) => void broker.connect(req, res)),
    ),
  'reply.eventStream': (t) =>
    listenFastify(t, async (app) => {
      await app.register(plugin);
      app.get('/', (_request, reply) => void reply.eventStream());
    }),
  'SE, from its handler': (t) =>
    listenFastify(t, async (app) => {
      await app.register(new plugin.SE().plugin);
      app.get('/', (_request, reply) => void reply.sendEvent('hello'));
    }),
  'SE, from another request': (t) =>
    listenFastify(t, async (app) => {
      const se = new plugin.SE({ seidGenerator: ({ query }) => query.seid ?? 'other' });
      await app.register(se.plugin);
      app.get('/', () => new Promise(() => {}));
      app.get('/send', async (_request, reply) => ({ sent: reply.sendEventBySeid('a', 'hello') }));
    }),
  'setupSSE on Express': async (t) => {
    const app = express();
    setupSSE(app, broker, '', { identify: () => assert.fail('the hook ran') });
    return `${await listen(t, app)}/connect`;
  },
  'setupSSE on Fastify': async (t) =>
    `${await listenFastify(t, async (app) => setupSSE(app, broker, '/sse'))}/sse/connect`,
  'createSSE in Hono': (t) => {
    const app = new Hono().get('/', () => service.addClient().response);
    return listen(t, createAdaptorServer({ fetch: app.fetch }));
  },
  digipair: (t) => {
    const answer = (req, res) => {
      const context = { protected: { req, res }, request: { digipair: 'dp', reasoning: 'talk' } };
      return skill.registerSession({}, [], context);
    };
    return listen(
      t,
      express().get('/', (req, res, next) => void answer(req, res).catch(next)),
    );
  },
};

for (const [face, serve] of Object.entries(faces)) {
  test(
    `${face} answers with 503 and a jittered Retry-After while the process drains`,
    SOON,
    async (t) => {
      const address = await serve(t);
      const waits = new Set();
      for (let count = 0; count < 40; count += 1) {
        const asked = fetch(`${address}?seid=a`);
        if (face === 'SE, from another request') await answerOther(address);
        const response = await asked;
        await response.text();
        assert.equal(response.status, 503);
        assert.doesNotMatch(response.headers.get('content-type') ?? '', /event-stream/);
        waits.add(response.headers.get('retry-after'));
      }
      assert.deepEqual([...waits].sort(), ['12', '13']);
      assert.deepEqual(metrics().connections, { native: 0, stream: 0 });
    },
  );
}

/** Waits until another request can send. The drain does not affect the sender. */
async function answerOther(address) {
  const send = async () => (await (await fetch(`${address}/send`)).json()).sent;
  await until(send, 'the waiting request');
}

test('a Fetch handler can respond with the error', SOON, () => {
  try {
    service.addClient();
    assert.fail('it did not throw');
  } catch (error) {
    assert.ok(error instanceof sluice.SluiceError);
    assert.equal(error.code, 'ERR_SSE_DRAINING');
    const { status, headers } = error.getResponse();
    assert.equal(status, 503);
    assert.equal(headers.get('retry-after'), error.headers['Retry-After']);
  }
});

test('later calls return the same promise, and channels still drain', SOON, async () => {
  assert.equal(drain(), drained);
  assert.equal(drain({ within: 'nonsense' }), drained);
  const result = { connections: 0, ended: 0, destroyed: 0 };
  assert.deepEqual(await drained, result);
  assert.deepEqual(await broker.drain({ within: 0 }), result);
  assert.deepEqual(await new sluice.Channel().drain({ within: 0 }), result);
});
