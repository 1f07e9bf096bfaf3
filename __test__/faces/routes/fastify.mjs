// Tests of Fastify only: hooks, parsers, serialisers and close().
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import { pipeline, Readable, Transform } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import fastifyCompress from '@fastify/compress';
import fastifyCors from '@fastify/cors';
import Fastify from 'fastify';
import Fastify4 from 'fastify4';
import sluice from '../../../fastify.js';
import { certificate } from '../../support/certificate.mjs';
import { connectHTTP2 } from '../../support/clients/http2.mjs';
import { until } from '../../support/until.mjs';
import { native } from '../express/app.mjs';
import { frameworks, SOON, SSEBroker, serve as serveIn, setupSSE } from './apps.mjs';

const serve = (t, options) => serveIn(t, frameworks.Fastify, options);

test('the core writes the streams', SOON, async (t) => {
  const { broker, connect } = await serve(t);
  const { clientId } = await connect();
  assert.equal(broker.client(clientId).connection.transport, native);
});

test('hooks run for streams and answers, and their headers are sent', SOON, async (t) => {
  const responses = [];
  const use = (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('X-Early', '1');
    });
    app.addHook('onSend', async (_request, reply) => {
      reply.header('X-Late', '2');
    });
    app.addHook('onResponse', async ({ url }, { statusCode }) => {
      responses.push([url, statusCode]);
    });
  };
  const site = await serve(t, { use });
  const client = await site.connect();
  const answer = await site.subscribe(client, 'news');
  const { headers } = await site.subscribe(client, '');
  for (const head of [client.headers, answer.headers, headers]) {
    assert.deepEqual([head['x-early'], head['x-late']], ['1', '2']);
  }
  client.leave();
  await until(() => responses.length === 3, 'onResponse of the stream');
  assert.deepEqual(responses, [
    ['/_sse/subscribe', 200],
    ['/_sse/subscribe', 400],
    ['/_sse/connect', 200],
  ]);
});

test('a hook may answer first', SOON, async (t) => {
  const use = (app) => app.addHook('onRequest', async (_request, reply) => reply.code(429).send());
  const site = await serve(t, { use });
  assert.equal((await site.ask('GET', '/connect')).status, 429);
  assert.equal(site.broker.clientCount(), 0);
});

test('a failing onSend hook leaves no client behind', SOON, async (t) => {
  const use = (app) => {
    app.addHook('onSend', async ({ url }) => {
      if (url === '/_sse/connect') throw new Error('no stream today');
    });
    // The handler ends before the error is answered.
    app.addHook('onError', () => sleep(20));
  };
  const site = await serve(t, { use });
  assert.equal((await site.ask('GET', '/connect')).status, 500);
  await until(() => site.broker.clientCount() === 0, 'the client to be removed');
});

test('the routes and the rest of the application keep their own body parsers', SOON, async (t) => {
  const use = (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', (_request, payload, done) => {
      payload.resume();
      done(null, { foreign: true });
    });
    app.post('/own', async ({ body }) => body);
  };
  const site = await serve(t, { use });
  const client = await site.connect();
  assert.equal((await site.subscribe(client, 'news')).status, 200);
  const own = await fetch(`${site.origin}/own`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: '{}',
  });
  assert.deepEqual(await own.json(), { foreign: true });
});

test(
  'the application’s serialisers and error handler do not change the answers',
  SOON,
  async (t) => {
    const use = (app) => {
      app.setReplySerializer(() => '"serialised"');
      app.setErrorHandler((_error, _request, reply) => reply.code(418).send('handled'));
    };
    const site = await serve(t, { use });
    assert.deepEqual((await site.ask('GET', '/stats')).json, { clientCount: 0, topicCount: 0 });
    assert.equal((await site.post('/subscribe', '{')).status, 400);
  },
);

test('the application’s error handler answers errors of the application', SOON, async (t) => {
  const use = (app) =>
    app.setErrorHandler((_error, _request, reply) => reply.code(418).send('tea'));
  const identify = () => Promise.reject(new Error('the password is swordfish'));
  const site = await serve(t, { use, options: { identify } });
  const { status, text } = await site.ask('GET', '/connect');
  assert.deepEqual([status, text], [418, 'tea']);
});

test('the stream of a preParsing hook is read, and its error is answered', SOON, async (t) => {
  const use = (app) =>
    app.addHook('preParsing', async ({ headers }, _reply, payload) => {
      if (headers['x-packed'] === undefined) return payload;
      if (headers['x-packed'] === 'fails') {
        const transform = (_chunk, _encoding, done) => done(new Error('cannot unpack'));
        return pipeline(payload, new Transform({ transform }), () => {});
      }
      const packed = Buffer.concat(await payload.toArray());
      return Readable.from([gunzipSync(packed).toString()]);
    });
  const site = await serve(t, { use });
  const { credentials } = await site.connect();
  const body = gzipSync(JSON.stringify({ ...credentials, topics: ['news'] }));
  const headers = { 'Content-Type': 'application/json', 'X-Packed': 'gzip' };
  assert.equal((await site.ask('POST', '/subscribe', { headers, body })).status, 200);
  const bomb = gzipSync(' '.repeat(16_385));
  assert.equal((await site.ask('POST', '/subscribe', { headers, body: bomb })).status, 413);
  headers['X-Packed'] = 'fails';
  assert.equal((await site.ask('POST', '/subscribe', { headers, body })).status, 400);
});

test('the stream of a preParsing hook may fail before the routes read it', SOON, async (t) => {
  const failures = [];
  const use = (app) => {
    app.addHook('preParsing', async (_request, _reply, payload) => {
      payload.resume();
      const failing = new Readable({ read() {} });
      failures.push(failing);
      return failing;
    });
    app.addHook('preHandler', async () => {
      const closed = new Promise((resolve) => failures[0].once('close', resolve));
      failures[0].destroy(new Error('cannot unpack'));
      await closed;
    });
  };
  const site = await serve(t, { use });
  assert.equal((await site.post('/subscribe', '{}')).status, 400);
});

test('a body that a hook has parsed is used', SOON, async (t) => {
  const use = (app) =>
    app.addHook('preValidation', async (request) => {
      if (request.body) request.body = JSON.parse(Buffer.concat(await request.body.toArray()));
    });
  const site = await serve(t, { use });
  const client = await site.connect();
  assert.equal((await site.subscribe(client, 'news')).status, 200);
});

test('the routes work with the plugin, compression and @fastify/cors', SOON, async (t) => {
  const use = async (app) => {
    await app.register(sluice);
    await app.register(fastifyCompress, { customTypes: /json/ });
    await app.register(fastifyCors);
  };
  const options = { cors: { origin: 'https://app.example.com' } };
  const site = await serve(t, { use, options });
  const headers = { Origin: 'https://app.example.com', 'Sec-Fetch-Site': 'cross-site' };
  const client = await site.connect('', { headers });
  assert.equal(client.headers['access-control-allow-origin'], 'https://app.example.com');
  assert.equal((await site.subscribe(client, 'news')).status, 200);
  headers.Origin = 'https://evil.example';
  assert.equal((await site.ask('GET', '/stats', { headers })).status, 403);
});

test('several brokers may have routes, in plugins with prefixes', SOON, async (t) => {
  const brokers = [new SSEBroker(), new SSEBroker()];
  const use = (app) => {
    app.register(
      async (own) => {
        setupSSE(own, brokers[0], '/one');
        setupSSE(own, brokers[1], '/two');
      },
      { prefix: '/api' },
    );
  };
  const site = await serve(t, { use });
  await (await site.stream('/api/one/connect')).has('connected');
  await (await site.stream('/api/two/connect')).has('connected');
  await (await site.stream('/api/two/connect')).has('connected');
  assert.deepEqual(
    brokers.map((broker) => broker.clientCount()),
    [1, 2],
  );
});

test('closing Fastify ends the streams', SOON, async (t) => {
  const site = await serve(t);
  const client = await site.connect();
  site.broker.send(client.clientId, { data: 'last' });
  await site.app.close();
  assert.equal(await client.over(), 'clean');
  assert.match(client.text, /data: last\n\n$/);
  await until(() => site.broker.clientCount() === 0, 'the client to be removed');
});

test('the routes work with inject()', SOON, async (t) => {
  const app = Fastify();
  t.after(() => app.close());
  const broker = new SSEBroker();
  setupSSE(app, broker, '/_sse');
  const payload = { clientId: 'nobody', secret: 'x', topics: ['news'] };
  const request = { method: 'POST', url: '/_sse/subscribe', payload };
  const response = await app.inject(request);
  assert.equal(response.statusCode, 403);
  assert.equal(response.json().code, 'ERR_SSE_SECRET');
});

test('the routes work over HTTP/2', SOON, async (t) => {
  const app = Fastify({ http2: true, https: certificate() });
  const broker = new SSEBroker();
  setupSSE(app, broker, '/_sse');
  const origin = await app.listen({ port: 0, host: '127.0.0.1' });
  const client = await connectHTTP2(origin, '/_sse/connect');
  const session = http2.connect(origin, { rejectUnauthorized: false });
  t.after(async () => {
    session.close();
    client.leave();
    await broker.close();
    await app.close();
  });
  await client.has('\n\n');
  const { clientId, secret } = JSON.parse(client.data[0]);
  assert.equal(broker.client(clientId).connection.transport, 'stream');

  const subscribe = async (body) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': '/_sse/subscribe',
      'content-type': 'application/json',
    });
    stream.end(body);
    const [{ ':status': status }] = await once(stream, 'response');
    stream.resume();
    return status;
  };
  const message = JSON.stringify({ clientId, secret, topics: ['news'] });
  assert.equal(await subscribe(message.padEnd(16_385)), 413);
  assert.equal(await subscribe(message), 200);
  broker.broadcastToTopic('news', { data: 'arrived' });
  await client.has('arrived');
});

test('Fastify 4 is rejected as too old', SOON, async () => {
  const app = Fastify4();
  setupSSE(app, new SSEBroker(), '/_sse');
  await assert.rejects(async () => app.ready(), { code: 'FST_ERR_PLUGIN_VERSION_MISMATCH' });
});
